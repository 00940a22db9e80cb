import { expect, test } from 'vitest';
import { trainIn } from '../../src/worker/train-in.js';
import type { job } from './job.js';

test('parity: simd in a worker starts threads of its own, and its losses do not depend on them', async () => {
  const losses: number[][] = [];
  for (const threads of [1, 2]) {
    const spawn = (): Worker => new Worker(new URL('./job.ts', import.meta.url), { type: 'module' });
    await using run = trainIn<typeof job>(spawn, { input: { engine: 'simd', threads, seed: 7, steps: 40 } });
    const got: number[] = [];
    for await (const { metrics } of run) got.push(metrics.loss);
    losses.push(got);
    expect(await run.call('threads')).toBe(threads);
  }
  expect(losses[0]).toHaveLength(40);
  expect(losses[1]).toEqual(losses[0]);
});
