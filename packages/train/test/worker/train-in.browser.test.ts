import { key } from '@genai/core';
import { afterEach, expect, test } from 'vitest';
import { adam } from '../../src/adam.js';
import { minimize } from '../../src/minimize.js';
import { pipe } from '../../src/pipe.js';
import { stopWhen } from '../../src/stop-when.js';
import { train } from '../../src/train.js';
import { trainIn } from '../../src/worker/train-in.js';
import { shuffled, squaredError } from '../regression.js';
import { frameIntervals } from './frame-intervals.js';
import type { Input, job } from './job.js';

const workers: Worker[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

const input: Input = { engine: 'cpu', seed: 7, steps: 60 };

function spawn(): Worker {
  const worker = new Worker(new URL('./job.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return worker;
}

test('parity: the losses of a Web Worker are those of the page, bit for bit', async () => {
  const want = await lossesHere();
  await using run = trainIn<typeof job>(spawn, { input });
  expect(await lossesOf(run)).toEqual(want);
});

test.each(['cpu', 'simd'] as const)(
  'laws: the page lives while a worker trains on %s, and is told every step',
  async (engine) => {
    await using run = trainIn<typeof job>(spawn, {
      input: { ...input, engine, steps: 1e6 },
      coalesce: 16,
      window: 1000,
    });
    const frames = frameIntervals();
    let told = 0;
    for await (const { step } of pipe(
      run,
      stopWhen(({ seconds }) => seconds > 3),
    ))
      expect(step).toBe(++told);
    const intervals = frames.stop();
    expect(told).toBeGreaterThan(10);
    expect(intervals.length).toBeGreaterThan(10);
    expect(await run.snapshot()).toMatchObject({ key: key(7) });
  },
);

test('laws: a Web Worker that was killed without a word is replaced after the timeout', async () => {
  const want = await lossesHere();
  await using run = trainIn<typeof job>(spawn, { input, checkpointEvery: { steps: 7 }, window: 4, timeout: 6000 });
  const got: number[] = [];
  for await (const { step, metrics } of run) {
    expect(step).toBe(got.push(metrics.loss));
    if (step === 30) workers[0]!.terminate();
  }
  expect(got).toEqual(want);
  expect(workers).toHaveLength(2);
});

test('errors: a program that cannot be loaded, and one that throws', async () => {
  await using lost = trainIn(() => new Worker(new URL('/no-such-file.js', location.href), { type: 'module' }));
  await expect(lossesOf(lost)).rejects.toThrow(/4 workers in a row have died/);
  const program = URL.createObjectURL(new Blob(["throw new Error('at once')"]));
  await using thrown = trainIn(() => new Worker(program));
  await expect(lossesOf(thrown)).rejects.toThrow(/4 workers in a row have died: .*at once/);
});

async function lossesHere(): Promise<number[]> {
  const step = minimize(squaredError, adam(0.02));
  await using run = train(step, { data: shuffled(), steps: 60, key: key(7) });
  return await lossesOf(run);
}

async function lossesOf(
  run: AsyncIterable<{ readonly metrics: { readonly [name: string]: number } }>,
): Promise<number[]> {
  const got: number[] = [];
  for await (const { metrics } of run) got.push(metrics.loss!);
  return got;
}
