import type { Operator } from './pipe.js';
import type { Progress } from './run.js';

/**
 * Writes each progress as one line of JSON, newline included, and lets it through:
 * `{"step":1,"seconds":0.02,"metrics":{"loss":543.2}}`. JSON has no NaN: such numbers are written as strings.
 *
 * @example
 * const log = createWriteStream('run.jsonl');
 * for await (const _ of pipe(run, jsonLines((line) => log.write(line))));
 */
export function jsonLines<P extends Pick<Progress<unknown>, 'step' | 'seconds' | 'metrics'>>(
  write: (line: string) => unknown,
): Operator<P> {
  return async function* (source) {
    for await (const progress of source) {
      const { step, seconds, metrics } = progress;
      await write(`${JSON.stringify({ step, seconds, metrics }, finiteOrText)}\n`);
      yield progress;
    }
  };
}

function finiteOrText(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}
