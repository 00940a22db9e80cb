import { readFileSync } from 'node:fs';
import { key, type Snapshot, type Step } from '@genai/core';
import { owned } from '@genai/tensor';
import { stepLaws } from '@genai/testing/step-laws';
import { add, clone, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { points, squaredError } from '../test/regression.js';
import { adam } from './adam.js';
import type { LearningRate } from './learning-rate.js';
import { minimize } from './minimize.js';
import { onPlateau } from './on-plateau.js';
import { train } from './train.js';

// Recipe: golden/plateau.py, torch 2.13.
const golden = JSON.parse(readFileSync(new URL('../golden/plateau.json', import.meta.url), 'utf8')) as {
  readonly losses: readonly number[];
  readonly rates: { readonly [options: string]: readonly number[] };
};

/** A step that moves a parameter by its rate, and whose loss is the batch. */
const moving = (rate: LearningRate): Step<{ params: Tensor; step: Tensor }, Tensor, { readonly loss: Tensor }> => ({
  init: () => ({ params: scalar(0), step: scalar(0) }),
  run: ({ params, step }, batch) => ({
    state: {
      params: add(params, typeof rate === 'number' ? rate : rate(step)),
      step: add(step, 1),
    },
    metrics: { loss: clone(batch) },
  }),
});

stepLaws('onPlateau', () => ({
  step: onPlateau((rate) => minimize(squaredError, adam(rate)), { rate: 0.01, metric: 'loss', every: 1, patience: 0 }),
  batch: points,
}));

describe('goldens: as ReduceLROnPlateau', () => {
  test.each(Object.entries(golden.rates))('%s', async (options, rates) => {
    const step = onPlateau(moving, {
      rate: 0.3,
      metric: 'loss',
      every: 1,
      factor: 0.5,
      minDelta: 0.01,
      ...(JSON.parse(options) as { patience: number; cooldown: number; least: number }),
    });
    using data = owned(golden.losses.map((loss) => scalar(loss)));
    await using run = train(step, { data, steps: data.length, key: key(0) });
    const seen: number[] = [];
    for await (const { metrics } of run) seen.push(metrics.rate);
    expect(new Set(rates).size).toBeGreaterThan(2);
    for (const [i, want] of rates.entries()) expect(seen[i], `${i}`).toBeCloseTo(want, 6);
    const moved = run.state.params.dataSync()[0]!;
    expect(moved).toBeCloseTo(
      rates.reduce((sum, rate) => sum + rate, 0),
      4,
    );
  });
});

test('known answers: means of several moves are looked at, also over a restart', async () => {
  const losses = [4, 2, 3, 3, 2, 4, 1, 3, 2, 2, 5, 5]; // in pairs 3, 3, 3, 2, 2, 5
  const step = onPlateau(moving, { rate: 1, metric: 'loss', every: 2, factor: 0.5, patience: 0 });
  using data = owned(losses.map((loss) => scalar(loss)));
  const rates: number[] = [];
  const first = train(step, { data, steps: 5, key: key(0) });
  for await (const { metrics } of first) rates.push(metrics.rate);
  const snapshot: Snapshot<typeof first.state> = { ...first.snapshot() };
  await using second = train(step, { data: data.slice(5), steps: losses.length, key: key(0), from: snapshot });
  for await (const { metrics } of second) rates.push(metrics.rate);
  expect(rates).toEqual([1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125, 0.125]);
});

test('errors: numbers out of their range, and a metric that is not told', () => {
  expect(() => onPlateau(moving, { rate: 0, metric: 'loss' })).toThrow(/onPlateau: rate .* got 0/);
  expect(() => onPlateau(moving, { rate: 1, metric: 'loss', factor: 1 })).toThrow(/factor .* got 1/);
  expect(() => onPlateau(moving, { rate: 1, metric: 'loss', patience: -1 })).toThrow(/patience/);
  const step = onPlateau(moving, { rate: 1, metric: 'los' as 'loss' });
  using state = owned(step.init(key(0)));
  using batch = owned({ x: scalar(1) });
  expect(() => step.run(state, batch.x, key(0))).toThrow(/tells no "los"/);
});
