import { key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { integers, logUniform, oneOf, uniform } from './space.js';
import {
  gridSearch,
  randomSearch,
  type Strategy,
  successiveHalving,
  type Trial,
  type TrialResult,
} from './strategy.js';
import { type SweepOptions, sweep } from './sweep.js';

type Settings = { readonly rate: number; readonly width: number };
const space = { rate: logUniform(1e-4, 1e-1), width: oneOf([16, 32]) };
/** Best at a rate of 0.01; training brings the score down. */
const score = ({ settings, steps }: Trial<Settings>): number => Math.abs(Math.log10(settings.rate) + 2) + 1 / steps;

async function all(strategy: Strategy, more: Partial<SweepOptions<Settings>> = {}): Promise<TrialResult<Settings>[]> {
  const run = async (trial: Trial<Settings>): Promise<number> => score(trial);
  const results: TrialResult<Settings>[] = [];
  for await (const result of sweep<Settings>({ space, strategy, run, key: key(1), ...more })) results.push(result);
  return results;
}

describe('known answers', () => {
  test('a grid has every combination, numbers from end to end', async () => {
    const results = await all(gridSearch({ points: 4, steps: 7 }));
    expect(results.map(({ settings }) => [settings.rate, settings.width])).toEqual(
      [1e-4, 1e-3, 1e-2, 1e-1].flatMap((rate) => [16, 32].map((width) => [expect.closeTo(rate, 9), width])),
    );
    expect(results.every(({ steps }) => steps === 7)).toBe(true);
    expect(integers(1, 3).spread(9)).toEqual([1, 2, 3]);
    expect(uniform(2, 4).spread(1)).toEqual([3]);
  });

  test('random search fills its ranges', async () => {
    const results = await all(randomSearch({ trials: 400, steps: 1 }));
    const low = results.filter(({ settings }) => settings.rate < 10 ** -2.5).length;
    expect(low).toBeGreaterThan(160);
    expect(low).toBeLessThan(240);
    expect(new Set(results.map(({ settings }) => settings.width))).toEqual(new Set([16, 32]));
    expect(results.every(({ settings: { rate } }) => rate >= 1e-4 && rate <= 1e-1)).toBe(true);
  });

  test('halving goes on with the best third, three times as long', async () => {
    const results = await all(successiveHalving({ trials: 27, steps: 270 }));
    expect([10, 30, 90, 270].map((moves) => results.filter(({ steps }) => steps === moves).length)).toEqual([
      27, 9, 3, 1,
    ]);
    const first = results.filter(({ steps }) => steps === 10).sort((a, b) => a.score - b.score);
    expect(results.at(-1)!.id).toBe(first[0]!.id);
    const second = results.filter(({ steps }) => steps === 30).map(({ id }) => id);
    expect(second).toEqual(first.slice(0, 9).map(({ id }) => id));
  });

  test('halving starts no round below the least moves, and ends where all failed', async () => {
    const results = await all(successiveHalving({ trials: 9, steps: 90, least: 30 }));
    expect(results.map(({ steps }) => steps)).toEqual([...Array(9).fill(30), ...Array(3).fill(90)]);
    const failed = await all(successiveHalving({ trials: 9, steps: 90 }), {
      run: async () => Number.POSITIVE_INFINITY,
    });
    expect(failed.length).toBe(9);
  });
});

describe('laws', () => {
  test('an interrupted sweep goes on with what is known, to the same results', async () => {
    const strategy = successiveHalving({ trials: 9, steps: 90 });
    const whole = await all(strategy);
    const ran: number[] = [];
    const again = await all(strategy, {
      known: whole.slice(0, 11),
      run: async (trial) => {
        ran.push(trial.id);
        return score(trial);
      },
    });
    expect(again).toEqual(whole);
    expect(ran).toEqual(whole.slice(11).map(({ id }) => id));
  });

  test('as many at once as asked, told as they come; leaving stops those under way', async () => {
    let [under, most, stopped] = [0, 0, 0];
    const run: SweepOptions<Settings>['run'] = async ({ id }, signal) => {
      most = Math.max(most, ++under);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, id === 0 ? 50 : 1 + (id === 5 ? 10_000 : 0));
        signal!.addEventListener('abort', () => {
          stopped++;
          clearTimeout(timer);
          resolve();
        });
      });
      under--;
      return id;
    };
    const order: number[] = [];
    for await (const { id } of sweep<Settings>({
      space,
      strategy: randomSearch({ trials: 8, steps: 1 }),
      run,
      key: key(0),
      atOnce: 3,
    })) {
      order.push(id);
      if (order.length === 4) break;
    }
    expect(most).toBe(3);
    expect(order).not.toContain(0);
    expect(under).toBe(0);
    expect(stopped).toBeGreaterThan(0);
  });
});

describe('errors', () => {
  test('ranges that are none, scores that are none, a run that fails, a signal', async () => {
    expect(() => logUniform(0, 1)).toThrow(/low 0/);
    expect(() => uniform(2, 1)).toThrow(/2 to 1/);
    expect(() => integers(0.5, 1)).toThrow(/whole/);
    expect(() => oneOf([])).toThrow(/no values/);
    expect(() => successiveHalving({ trials: 3, steps: 3, factor: 1 })).toThrow(/factor 1/);
    const strategy = randomSearch({ trials: 3, steps: 1 });
    await expect(all(strategy, { run: async () => undefined as never })).rejects.toThrow(/trial 0 gave undefined/);
    await expect(all(strategy, { run: async () => Promise.reject(new Error('out of memory')) })).rejects.toThrow(
      'out of memory',
    );
    await expect(all(strategy, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
