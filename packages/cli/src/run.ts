import { CommanderError } from 'commander';
import { faultOf } from './fault.js';
import type { Io } from './io.js';
import type { Outcome } from './outcome.js';
import { program } from './program.js';

/** Exit codes of the command. */
export const EXIT = { done: 0, failure: 1, badInput: 2, stopped: 130 } as const;

/**
 * Runs the `genai` command and gives its exit code: 0 done, 1 failure, 2 bad input, 130 stopped by Ctrl-C after saving.
 *
 * With `--json` the last line of stdout is one object, whatever happens.
 *
 * @example
 * const code = await run(['eval', 'runs/digits', '--data', 'digits', '--json'], {
 *   stdout: process.stdout, stderr: process.stderr, cwd: process.cwd(), signal: new AbortController().signal,
 * });
 */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  const started = performance.now();
  const json = argv.includes('--json');
  const seconds = () => Math.round(performance.now() - started) / 1000;
  let command: string | null = null;
  let outcome: Outcome | undefined;
  try {
    const work = program(io, async (name, action) => {
      command = name;
      outcome = await action();
    });
    await work.parseAsync([...argv], { from: 'user' });
    const body = { command, seconds: seconds(), ...report(outcome) };
    if (outcome?.stopped) {
      const message = 'Stopped by Ctrl-C; what was done is saved.';
      if (json) io.stdout.write(`${JSON.stringify({ ok: false, error: { name: 'Stopped', message }, ...body })}\n`);
      else io.stderr.write(`genai: ${message}\n`);
      return EXIT.stopped;
    }
    if (json && outcome) io.stdout.write(`${JSON.stringify({ ok: true, ...body })}\n`);
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      if (json) io.stdout.write(`${JSON.stringify({ ok: true, command, seconds: seconds(), ...report(outcome) })}\n`);
      return EXIT.done; // --help, --version
    }
    const stopped = io.signal.aborted && error instanceof Error && error.name === 'AbortError';
    const { badInput, name, message } = stopped
      ? { badInput: false, name: 'Stopped', message: 'Stopped by Ctrl-C.' }
      : faultOf(error);
    io.stderr.write(`genai: ${message}\n`);
    if (json) {
      const failed = { ok: false, command, seconds: seconds(), error: { name, message } };
      io.stdout.write(`${JSON.stringify(failed)}\n`);
    }
    return stopped ? EXIT.stopped : badInput ? EXIT.badInput : EXIT.failure;
  }
}

function report(outcome: Outcome | undefined): object {
  const { steps = 0, metrics = {}, files = [], details = {} } = outcome ?? {};
  return { steps, metrics, files, ...details };
}
