import { inNode } from './in-node.js';

/** What a worker needs to stand beside the caller on the same memory. */
export type ThreadSeat = {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Which thread it is, from 1. */
  readonly thread: number;
  /** The top of its stack in the memory. */
  readonly stack: number;
};

/** A running worker. */
export type Thread = { readonly stop: () => void };

/**
 * Starts a worker that computes until it is stopped: a worker thread in Node (which does not keep the process alive), a
 * Web Worker elsewhere. `lost` is told when it ends of its own accord.
 *
 * @returns undefined where workers are not allowed (a content policy, say).
 */
export async function startThread(seat: ThreadSeat, lost: () => void): Promise<Thread | undefined> {
  return inNode() ? startNodeThread(seat, lost) : startWebWorker(seat, lost);
}

/** The worker's whole program; a string, so that no bundler has to find a file. It never returns to its event loop. */
const PROGRAM = `({ module, memory, thread, stack }, ready) => {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  exports.__stack_pointer.value = stack;
  ready();
  try {
    exports.work(thread);
  } catch (error) {
    exports.lost(thread);
    throw error;
  }
}`;

async function startNodeThread(seat: ThreadSeat, lost: () => void): Promise<Thread | undefined> {
  const { Worker } = (await import(
    /* @vite-ignore */ `node:${'worker_threads'}`
  )) as typeof import('node:worker_threads');
  const code = `const { workerData, parentPort } = require('node:worker_threads');
    (${PROGRAM})(workerData, () => parentPort.postMessage('ready'));`;
  const worker = new Worker(code, { eval: true, workerData: seat, stdin: false, execArgv: [], env: {} });
  const ready = await new Promise<boolean>((resolve) => {
    worker.once('message', () => resolve(true));
    worker.once('error', () => resolve(false));
    worker.once('exit', () => resolve(false));
  });
  if (!ready) return undefined;
  worker.on('error', lost);
  worker.on('exit', lost);
  worker.unref();
  return {
    // `stop` of the kernels has told it to return from them, and then it ends by itself: nothing is left to terminate.
    stop: () => {
      worker.removeAllListeners();
      worker.on('error', () => undefined);
    },
  };
}

async function startWebWorker(seat: ThreadSeat, lost: () => void): Promise<Thread | undefined> {
  const code = `onmessage = ({ data }) => (${PROGRAM})(data, () => postMessage('ready'));`;
  const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  try {
    const worker = new Worker(address);
    const ready = await new Promise<boolean>((resolve) => {
      worker.onmessage = () => resolve(true);
      worker.onerror = () => resolve(false);
      worker.postMessage(seat);
    });
    if (!ready) {
      worker.terminate();
      return undefined;
    }
    worker.onerror = lost;
    return { stop: () => worker.terminate() };
  } catch {
    return undefined;
  } finally {
    URL.revokeObjectURL(address);
  }
}
