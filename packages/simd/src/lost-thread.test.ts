import { Worker } from 'node:worker_threads';
import { GenaiError } from '@genai/core';
import { afterEach, expect, test, vi } from 'vitest';
import { Machine } from './machine.js';
import type { startThread as startThreadOfMachine, ThreadSeat } from './threads.js';

/** What the worker does when it has fallen out of a task. */
let dying = '';
const started: Worker[] = [];

// Threads without a stack: they fall over in the middle of the first task that they join.
vi.mock('./threads.js', () => ({
  startThread: (async (seat: ThreadSeat) => {
    const code = `const { parentPort, workerData: { module, memory, thread } } = require('node:worker_threads');
      const { exports } = new WebAssembly.Instance(module, { env: { memory } });
      exports.__stack_pointer.value = 0;
      parentPort.postMessage('ready');
      try { exports.work(thread); } catch { ${dying} }`;
    const worker = new Worker(code, { eval: true, workerData: seat });
    await new Promise((resolve) => worker.once('message', resolve));
    started.push(worker);
    return { stop: () => void worker.terminate() };
  }) satisfies typeof startThreadOfMachine,
}));

afterEach(async () => {
  await Promise.all(started.splice(0).map((worker) => worker.terminate()));
});

for (const [what, last] of [
  ['that says so', 'exports.lost(thread)'],
  ['without a word', ''],
] as const) {
  test(`errors: a thread that ends inside a task ${what} is an error, not a hang, and the engine goes on`, async () => {
    dying = last;
    const machine = await Machine.start({ threads: 2, native: false }, 1);
    kernelsOf(machine).be_patient(2000);
    const [c, a, b] = [0, 1, 2].map(() => machine.allocator.allocate(4 * N * N)) as [number, number, number];
    for (const matrix of [a, b]) new Float32Array(machine.buffer, matrix, N * N).fill(1);
    const multiply = (): void =>
      machine.launch('gemm', [c], [a, b, 0], [N, N, N, 1, 0, 0, 0, 0, 0, N, N, N, 0, 0, 0, 0]);
    expect(() => {
      for (let i = 0; i < 1000; i++) multiply(); // until the thread is awake and takes part
    }).toThrow(expect.toSatisfy((e) => GenaiError.is(e) && /cut short.*goes on with one thread/.test(e.message)));
    expect(machine.threads).toBe(1);
    multiply();
    expect([...new Set(new Float32Array(machine.buffer, c, N * N))]).toEqual([N]);
  });
}

const N = 512;

function kernelsOf(machine: Machine): { readonly be_patient: (waits: number) => void } {
  return (machine as unknown as { kernels: { be_patient: (waits: number) => void } }).kernels;
}
