import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * The result of a call that blocks this thread and may never come back. A thread beside it ends the process after `timeout` ms, with
 * `complaint` on its error output: who is blocked can throw nothing, and `mpirun` ends the other ranks only when one has ended.
 */
export async function within<T>(timeout: number, complaint: string, call: () => T): Promise<T> {
  const watch = new Worker(WATCH, { eval: true, workerData: { timeout, complaint }, execArgv: [], stdin: false });
  await once(watch, 'online');
  try {
    return call();
  } finally {
    await watch.terminate();
  }
}

const WATCH = `
const { workerData: { timeout, complaint } } = require('node:worker_threads');
setTimeout(() => {
  require('node:fs').writeSync(2, complaint + '\\n');
  process.kill(process.pid, 'SIGKILL');
}, timeout);
`;
