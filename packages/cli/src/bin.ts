#!/usr/bin/env node
import { createInterface } from 'node:readline';
import { EXIT, run } from './run.js';

const stop = new AbortController();
// Once: a second Ctrl-C ends the process at once, as without us.
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
let unheard = false;
// A reader that leaves early, such as `head`, is no failure of ours, and no reason to leave a run half done.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE' || unheard) return;
  unheard = true;
  process.stderr.write(`genai: cannot write the result: ${error.message}\n`);
  process.exitCode = EXIT.failure;
});
process.stderr.on('error', () => {}); // nobody is left to be told

const code = await run(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  get cwd() {
    return process.cwd(); // fails where the folder was removed, which run() tells
  },
  // Opened when somebody reads: a command that asks for nothing must not wait for it.
  get stdin() {
    return createInterface({ input: process.stdin, signal: stop.signal });
  },
  signal: stop.signal,
});
process.exitCode = unheard && code === EXIT.done ? EXIT.failure : code;
