import { readFileSync } from 'node:fs';
import type { Schedule } from '@genai/core';
import { memory, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { constant, cyclical, linear, stepDecay, warmupCosine } from './index.js';

// Recipe: golden/optimizers.py, torch 1.13 in float64.
const golden = JSON.parse(readFileSync(new URL('../golden/optimizers.json', import.meta.url), 'utf8')) as {
  readonly schedules: { readonly [name: string]: readonly number[] };
};

const all: { readonly [name: string]: Schedule<Tensor> } = {
  'constant(0.2)': constant(0.2),
  'linear(1, 3, 4)': linear(1, 3, 4),
  'warmupCosine({ peak: 0.3, steps: 25, end: 0.01 })': warmupCosine({ peak: 0.3, steps: 25, end: 0.01 }),
  'warmupCosine with warmup': warmupCosine({ peak: 1, warmup: 4, steps: 12 }),
  'stepDecay({ start: 0.3, factor: 0.5, every: 6 })': stepDecay({ start: 0.3, factor: 0.5, every: 6 }),
  'cyclical({ period: 4 })': cyclical({ period: 4 }),
};

describe('laws of a schedule', () => {
  test.each(Object.entries(all))('%s is pure, and makes one scalar', (_, schedule) => {
    const step = scalar(5);
    const before = memory().numTensors;
    const [one, two] = [schedule(step), schedule(step)];
    expect(memory().numTensors - before).toBe(2);
    expect(one.shape).toEqual([]);
    expect(one.dataSync()).toEqual(two.dataSync());
    expect(step.dataSync()[0]).toBe(5);
    for (const tensor of [one, two, step]) tensor.dispose();
  });
});

describe('goldens: as torch.optim.lr_scheduler', () => {
  test.each(Object.entries(golden.schedules))('%s', (name, rates) => {
    expect(rates.length).toBeGreaterThan(20);
    for (const [i, value] of valuesOf(all[name]!, rates.length).entries()) expect(value).toBeCloseTo(rates[i]!, 6);
  });
});

describe('known answers', () => {
  test('linear goes from one to the other and stays', () => {
    expect(valuesOf(linear(1, 3, 4), 7)).toEqual([1, 1.5, 2, 2.5, 3, 3, 3]);
  });

  test('warmupCosine rises from peak / (warmup + 1), meets the peak at warmup, and ends at end', () => {
    const values = valuesOf(warmupCosine({ peak: 1, warmup: 4, steps: 12, end: 0.1 }), 15);
    for (const [i, want] of [0.2, 0.4, 0.6, 0.8, 1].entries()) expect(values[i]).toBeCloseTo(want, 6);
    expect(values[8]).toBeCloseTo(0.55, 6); // half way down
    for (const i of [12, 13, 14]) expect(values[i]).toBeCloseTo(0.1, 6);
  });

  test('cyclical rises over the first half of each period', () => {
    const values = valuesOf(cyclical({ period: 4, peak: 2 }), 9);
    expect(values).toEqual([0, 1, 2, 2, 0, 1, 2, 2, 0]);
    expect(valuesOf(cyclical({ period: 4, rise: 1 }), 5)).toEqual([0, 0.25, 0.5, 0.75, 0]);
  });

  test('stepDecay changes exactly at multiples, also late in training', () => {
    const schedule = stepDecay({ start: 1, factor: 0.5, every: 30_000 });
    expect(valuesOf(schedule, 2, 29_999)).toEqual([1, 0.5]);
    expect(valuesOf(schedule, 2, 89_999)).toEqual([0.25, 0.125]);
  });
});

test('errors: lengths that make no sense', () => {
  expect(() => linear(0, 1, 0)).toThrow(/linear: steps must be above 0, got 0/);
  expect(() => warmupCosine({ peak: 1, warmup: 10, steps: 10 })).toThrow(/below steps \(10\), got 10/);
  expect(() => stepDecay({ start: 1, factor: 0, every: 3 })).toThrow(/factor/);
  expect(() => stepDecay({ start: 1, factor: 0.1, every: Number.NaN })).toThrow(/every/);
  expect(() => cyclical({ period: 2.5 })).toThrow(/period must be an integer/);
  expect(() => cyclical({ period: 2, rise: 0 })).toThrow(/rise/);
});

function valuesOf(schedule: Schedule<Tensor>, count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => {
    const step = scalar(first + i);
    const value = schedule(step);
    const number = value.dataSync()[0]!;
    step.dispose();
    value.dispose();
    return number;
  });
}
