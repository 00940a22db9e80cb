import { spawn as spawnProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { fold, GenaiError, key } from '@genai/core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { adam } from '../../src/adam.js';
import { minimize } from '../../src/minimize.js';
import { train } from '../../src/train.js';
import { trainIn } from '../../src/worker/train-in.js';
import { shuffled, squaredError } from '../regression.js';
import { bundle } from './bundle.js';
import { chooseEngine } from './engine.js';
import type { Input, job } from './job.js';

const STEPS = 120;
let bundled: Awaited<ReturnType<typeof bundle>>;
let want: number[] = [];
const workers: Worker[] = [];

beforeAll(async () => {
  bundled = await bundle('job');
  want = await lossesHere();
});
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
});
afterAll(() => bundled.remove());

const input: Input = { engine: 'cpu', seed: 7, steps: STEPS };

function spawn(): Worker {
  const worker = new Worker(bundled.program);
  workers.push(worker);
  return worker;
}

test('parity: the losses of a worker are those of this thread, bit for bit', async () => {
  await using run = trainIn<typeof job>(spawn, { input });
  const got: number[] = [];
  for await (const { step, metrics, seconds } of run) {
    expect(step).toBe(got.push(metrics.loss));
    expect(seconds).toBeGreaterThan(0);
  }
  expect(got).toEqual(want);
});

test('parity: on simd too, captured, with threads of its own inside the worker', async () => {
  await chooseEngine({ engine: 'simd' });
  const here = await lossesHere().finally(() => chooseEngine({ engine: 'cpu' }));
  for (const threads of [1, 2]) {
    await using run = trainIn<typeof job>(spawn, { input: { ...input, engine: 'simd', threads } });
    expect(await lossesOf(run)).toEqual(here);
    expect(await run.call('captured')).toBe(true);
    expect(await run.call('threads')).toBe(threads);
  }
});

describe('workers that die', () => {
  test('laws: killed at 20 random steps, each step is told once, with the loss of a run that was not disturbed', async () => {
    const kills = Array.from({ length: 20 }, (_, i) => fold(key(5), i)[0] % STEPS).sort((a, b) => a - b);
    await using run = trainIn<typeof job>(spawn, { input, window: 8, checkpointEvery: { steps: 10 }, respawns: 20 });
    const got: number[] = [];
    for await (const { step, metrics } of run) {
      expect(step).toBe(got.push(metrics.loss));
      for (; kills[0]! < step; kills.shift()) await workers.at(-1)!.terminate();
    }
    expect(kills).toEqual([]);
    expect(workers).toHaveLength(21);
    expect(got).toEqual(want);
  });

  test('laws: killed at any moment, while starting, catching up or sending a checkpoint as well', async () => {
    await using run = trainIn<typeof job>(spawn, { input, window: 4, checkpointEvery: { steps: 3 }, respawns: 100 });
    const got: number[] = [];
    const loop = (async () => {
      for await (const { step, metrics } of run) expect(step).toBe(got.push(metrics.loss));
    })();
    for (let kill = 0; kill < 8; kill++) {
      await setTimeout(fold(key(6), kill)[0] % 300);
      await workers.at(-1)!.terminate();
    }
    await loop;
    expect(got).toEqual(want);
  });

  test('laws: a question that was not answered is asked again, of a run that has caught up', async () => {
    await using run = trainIn<typeof job>(spawn, { input, window: 1, checkpointEvery: { steps: 4 } });
    for await (const { step } of run) if (step === 10) break;
    const bias = await run.call('bias');
    const killed = workers.at(-1)!.terminate();
    expect(await run.call('bias')).toBe(bias);
    await killed;
    expect(await run.snapshot()).toMatchObject({ step: 10, cursor: 10, key: key(7) });
    expect(run.checkpoint?.step).toBe(8);
    expect((await lossesOf(run)).at(-1)).toBe(want.at(-1));
  });

  test('errors: too many in a row end the run, with the checkpoint still there', async () => {
    await using run = trainIn<typeof job>(spawn, { input, checkpointEvery: { steps: 4 }, respawns: 2 });
    for await (const { step } of run) if (step === 10) break;
    const message = /after step \d+, 3 workers in a row have died: it ended with exit code 3.*run\.checkpoint/;
    await expect(run.call('crash')).rejects.toThrow(message);
    await expect(run.call('bias')).rejects.toSatisfy(GenaiError.is);
    const { from } = { from: run.checkpoint! };
    await using next = trainIn<typeof job>(spawn, { input, from });
    expect(await lossesOf(next)).toEqual(want.slice(from.step));
  });

  test('errors: one that hangs is taken for dead after the timeout', async () => {
    const options = { input, timeout: 5000, respawns: 0, window: 1 };
    await using run = trainIn<typeof job>(spawn, options);
    for await (const { step } of run) if (step === 2) break;
    await expect(run.call('hang')).rejects.toThrow(/the worker has died: it gave no sign of life for 5000 ms/);
  });

  test('errors: a program that cannot be loaded', async () => {
    await using run = trainIn(() => new Worker(new URL('no-such-file.mjs', bundled.program)));
    await expect(lossesOf(run)).rejects.toThrow(/after step 0, 4 workers in a row have died: .*no-such-file/);
  });
});

test('laws: a process whose run nobody waits for ends by itself', async () => {
  const forgetful = await bundle('forgetful');
  const given = [fileURLToPath(forgetful.program), bundled.program.href];
  const child = spawnProcess(process.execPath, given, { stdio: ['ignore', 'pipe', 'inherit'] });
  const said: string[] = [];
  child.stdout.on('data', (text) => said.push(String(text)));
  expect(await new Promise((resolve) => child.once('exit', resolve))).toBe(0);
  expect(said.join('')).toBe('5');
  await forgetful.remove();
});

async function lossesOf(
  run: AsyncIterable<{ readonly metrics: { readonly [name: string]: number } }>,
): Promise<number[]> {
  const got: number[] = [];
  for await (const { metrics } of run) got.push(metrics.loss!);
  return got;
}

async function lossesHere(): Promise<number[]> {
  const step = minimize(squaredError, adam(0.02));
  await using run = train(step, { data: shuffled(), steps: STEPS, key: key(7) });
  return await lossesOf(run);
}
