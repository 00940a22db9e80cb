import { readFileSync } from 'node:fs';
import type { Schedule } from '@genai/core';
import { memory, scalar, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { inverseSquareRoot } from './inverse-square-root.js';
import { oneCycle } from './one-cycle.js';
import { polynomial } from './polynomial.js';
import { warmRestarts } from './warm-restarts.js';

// Recipe: golden/more_schedules.py, torch 2.13.
const golden = JSON.parse(readFileSync(new URL('../golden/more-schedules.json', import.meta.url), 'utf8')) as {
  readonly [name: string]: readonly number[];
};

const all: { readonly [name: string]: Schedule<Tensor> } = {
  'warmRestarts({ peak: 0.3, period: 6, end: 0.01 })': warmRestarts({ peak: 0.3, period: 6, end: 0.01 }),
  'warmRestarts({ peak: 0.3, period: 5, factor: 2 })': warmRestarts({ peak: 0.3, period: 5, factor: 2 }),
  'warmRestarts({ peak: 0.3, period: 3, factor: 3 })': warmRestarts({ peak: 0.3, period: 3, factor: 3 }),
  'oneCycle({ peak: 0.3, steps: 40 })': oneCycle({ peak: 0.3, steps: 40 }),
  'oneCycle({ peak: 0.3, steps: 35, rise: 0.5, start: 0.1, end: 0.05 })': oneCycle({
    peak: 0.3,
    steps: 35,
    rise: 0.5,
    start: 0.1,
    end: 0.05,
  }),
  'polynomial({ start: 0.3, steps: 20, power: 0.9 })': polynomial({ start: 0.3, steps: 20, power: 0.9 }),
  'inverseSquareRoot({ peak: 0.3, warmup: 9 })': inverseSquareRoot({ peak: 0.3, warmup: 9 }),
};

describe('goldens: as torch.optim.lr_scheduler', () => {
  test.each(Object.entries(golden))('%s', (name, rates) => {
    for (const [i, value] of valuesOf(all[name]!, rates.length).entries())
      expect(value, `${i}`).toBeCloseTo(rates[i]!, 6);
  });
});

describe('laws of a schedule', () => {
  test.each(Object.entries(all))('%s is pure, and makes one scalar', (_, schedule) => {
    const step = scalar(5);
    const before = memory().numTensors;
    const [one, two] = [schedule(step), schedule(step)];
    expect(memory().numTensors - before).toBe(2);
    expect(one.shape).toEqual([]);
    expect(one.dataSync()).toEqual(two.dataSync());
    for (const tensor of [one, two, step]) tensor.dispose();
  });
});

describe('known answers', () => {
  test('warmRestarts rises first, and meets every restart exactly, also late in training', () => {
    const warmed = valuesOf(warmRestarts({ peak: 1, period: 4, warmup: 3 }), 8);
    for (const [i, want] of [0.25, 0.5, 0.75, 1].entries()) expect(warmed[i]).toBeCloseTo(want, 6);
    expect(warmed[7]).toBeCloseTo(1, 6);
    const doubling = warmRestarts({ peak: 1, period: 1_000, factor: 2 });
    for (let cycle = 1; cycle < 10; cycle++) {
      const restart = 1_000 * (2 ** cycle - 1);
      const [last, first] = valuesOf(doubling, 2, restart - 1) as [number, number];
      expect(last).toBeLessThan(1e-5);
      expect(first).toBe(1);
    }
  });

  test('polynomial ends at end and stays there', () => {
    expect(valuesOf(polynomial({ start: 3, end: 1, steps: 2, power: 2 }), 4)).toEqual([3, 1.5, 1, 1]);
  });

  test('oneCycle stays at its end', () => {
    expect(valuesOf(oneCycle({ peak: 1, steps: 10, end: 0.5 }), 3, 9)).toEqual([0.5, 0.5, 0.5]);
  });
});

test('errors: lengths that make no sense', () => {
  expect(() => warmRestarts({ peak: 1, period: 0 })).toThrow(/warmRestarts: period .* got 0/);
  expect(() => warmRestarts({ peak: 1, period: 3, factor: 1.5 })).toThrow(/factor .* got 1.5/);
  expect(() => oneCycle({ peak: 1, steps: 3, rise: 0.2 })).toThrow(/oneCycle: rise .* got 0.2/);
  expect(() => oneCycle({ peak: 1, steps: 3, rise: 1 })).toThrow(/rise/);
  expect(() => polynomial({ start: 1, steps: Number.NaN })).toThrow(/polynomial: steps .* got NaN/);
  expect(() => inverseSquareRoot({ peak: 1, warmup: -1 })).toThrow(/inverseSquareRoot: warmup/);
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
