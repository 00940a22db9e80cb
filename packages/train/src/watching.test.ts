import { type Batches, GenaiError, key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { batchesLaws } from '@genai/testing/batches-laws';
import { describe, expect, test } from 'vitest';
import { points, shuffled, squaredError } from '../test/regression.js';
import { curriculum } from './curriculum.js';
import { earlyStopping, type Patience } from './early-stopping.js';
import { evaluateEvery } from './evaluate-every.js';
import { jsonLines } from './json-lines.js';
import { type Kept, keepBest } from './keep-best.js';
import { minimize } from './minimize.js';
import { pipe } from './pipe.js';
import type { Progress } from './run.js';
import { sgd } from './sgd.js';
import { train } from './train.js';

type P = Progress<undefined, 'loss'>;

/** Progress with these losses, from step `first` on; how far it was read. */
function source(losses: readonly number[], first = 1): AsyncIterable<P> & { made: number } {
  const self = {
    made: 0,
    async *[Symbol.asyncIterator](): AsyncGenerator<P, void, void> {
      for (const [i, loss] of losses.entries()) {
        self.made++;
        yield { step: first + i, state: undefined, metrics: { loss }, seconds: i };
      }
    },
  };
  return self;
}

async function stepsOf(stream: AsyncIterable<{ readonly step: number }>): Promise<number[]> {
  const seen: number[] = [];
  for await (const { step } of stream) seen.push(step);
  return seen;
}

const loss = ({ metrics }: P): number => metrics.loss;

describe('known answers: earlyStopping', () => {
  test('ends after so many numbers in a row that are not better', async () => {
    const from = source([5, 4, 4, 4.5, 3, 3, 3.1, Number.NaN, 2]);
    expect(await stepsOf(pipe(from, earlyStopping({ metric: loss, patience: 3 })))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(from.made).toBe(8);
  });

  test('minDelta is what better must differ by, and mode which way', async () => {
    const steps = (losses: number[], options: { mode?: 'min' | 'max'; minDelta?: number }): Promise<number[]> =>
      stepsOf(pipe(source(losses), earlyStopping({ metric: loss, patience: 2, ...options })));
    expect(await steps([1, 0.95, 0.9, 0.85], { minDelta: 0.25 })).toEqual([1, 2, 3]);
    expect(await steps([1, 2, 3, 2, 1, 9], { mode: 'max' })).toEqual([1, 2, 3, 4, 5]);
  });

  test('progress without the number does not count', async () => {
    const metric = ({ step, metrics }: P): number | undefined => (step % 2 === 0 ? metrics.loss : undefined);
    const stream = pipe(source([0, 5, 0, 5, 0, 5, 0, 5]), earlyStopping({ metric, patience: 2 }));
    expect(await stepsOf(stream)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('one that goes on from what another remembered stops where one would', async () => {
    const told: Patience[] = [];
    const record = (patience: Patience): unknown => told.push(patience);
    await stepsOf(pipe(source([3, 4]), earlyStopping({ metric: loss, patience: 3, record })));
    expect(told).toEqual([
      { best: 3, since: 0 },
      { best: 3, since: 1 },
    ]);
    const later = earlyStopping<P>({
      metric: loss,
      patience: 3,
      from: JSON.parse(JSON.stringify(told[1])) as Patience,
    });
    expect(await stepsOf(pipe(source([4, 4, 4], 3), later))).toEqual([3, 4]);
  });
});

describe('keepBest', () => {
  /** A disk that notes what happens, and may fail. */
  function disk(failAt = Number.POSITIVE_INFINITY) {
    const saved = new Set<string>();
    let recorded: readonly Kept[] = [];
    let acts = 0;
    const act = (f: () => void) => async (): Promise<void> => {
      await Promise.resolve();
      if (++acts === failAt) throw new Error('the power went');
      f();
    };
    return {
      saved,
      recorded: () => recorded,
      acts: () => acts,
      options: {
        save: (_: P, name: string) => act(() => saved.add(name))(),
        remove: (name: string) => act(() => saved.delete(name))(),
        record: (kept: readonly Kept[]) =>
          act(() => {
            recorded = kept;
          })(),
      },
    };
  }
  const LOSSES = [5, 3, 4, Number.NaN, 2, 3, 6, 1];

  test('known answers: the best are kept, best first, of equals the earlier', async () => {
    const at = disk();
    expect(await stepsOf(pipe(source(LOSSES), keepBest({ metric: loss, count: 3, ...at.options })))).toHaveLength(8);
    expect(at.recorded()).toEqual([
      { name: 'step-8', step: 8, value: 1 },
      { name: 'step-5', step: 5, value: 2 },
      { name: 'step-2', step: 2, value: 3 },
    ]);
    expect([...at.saved].sort()).toEqual(['step-2', 'step-5', 'step-8']);
  });

  test('known answers: more may be better, and names are yours', async () => {
    const at = disk();
    const name = ({ step }: P): string => `best-${step}`;
    await stepsOf(pipe(source([1, 3, 2]), keepBest({ metric: loss, mode: 'max', name, ...at.options })));
    expect([...at.saved]).toEqual(['best-2']);
  });

  test('laws: a crash at any act leaves what is recorded saved, and one state too many at most', async () => {
    const whole = disk();
    await stepsOf(pipe(source(LOSSES), keepBest({ metric: loss, count: 2, ...whole.options })));
    expect(whole.acts()).toBeGreaterThan(10);
    for (let failAt = 1; failAt <= whole.acts(); failAt++) {
      const at = disk(failAt);
      await expect(stepsOf(pipe(source(LOSSES), keepBest({ metric: loss, count: 2, ...at.options })))).rejects.toThrow(
        'the power went',
      );
      for (const { name } of at.recorded()) expect(at.saved, `${failAt}`).toContain(name);
      expect(at.saved.size - at.recorded().length).toBeLessThanOrEqual(1);
    }
  });

  test('laws: one that goes on from a record keeps what a single one does, also when it goes by steps again', async () => {
    const whole = disk();
    await stepsOf(pipe(source(LOSSES), keepBest({ metric: loss, count: 3, ...whole.options })));
    const parts = disk();
    await stepsOf(pipe(source(LOSSES.slice(0, 5)), keepBest({ metric: loss, count: 3, ...parts.options })));
    const from = JSON.parse(JSON.stringify(parts.recorded())) as Kept[];
    await stepsOf(pipe(source(LOSSES.slice(3), 4), keepBest({ metric: loss, count: 3, from, ...parts.options })));
    expect(parts.recorded()).toEqual(whole.recorded());
    expect(parts.saved).toEqual(whole.saved);
  });
});

test('known answers: evaluateEvery adds metrics to some steps, which other operators see', async () => {
  const lines: string[] = [];
  const step = minimize(squaredError, sgd(0.1));
  using held = owned(points());
  await using run = train(step, { data: shuffled(), steps: 40, key: key(0) });
  const seen: number[] = [];
  const watched = pipe(
    run,
    evaluateEvery({
      every: 3,
      evaluate: async ({ state }) => {
        const error = scope(() => squaredError.loss(state.params, held, key(9), state.step).loss);
        const [value] = await error.data();
        error.dispose();
        return { loss: value! };
      },
    }),
    jsonLines((line) => lines.push(line)),
    earlyStopping({ metric: ({ metrics }) => metrics['valid.loss'], patience: 1, minDelta: 0.05 }),
  );
  for await (const { step, metrics } of watched) {
    expect('valid.loss' in metrics).toBe(step % 3 === 0);
    // @ts-expect-error nothing of this name is measured
    expect(metrics['valid.los']).toBeUndefined();
    if (metrics['valid.loss'] !== undefined) seen.push(metrics['valid.loss']);
  }
  expect(run.step).toBeLessThan(40);
  expect(seen.at(-1)).toBeGreaterThan(seen.at(-2)! - 0.05);
  expect(seen.length).toBe(run.step / 3);
  expect(lines[1]).not.toContain('valid');
  expect((JSON.parse(lines[2]!) as { metrics: object }).metrics).toHaveProperty(['valid.loss'], seen[0]);
});

/** `count` batches called `name0`, `name1`, …, and how many iterators are open. */
function named(name: string, count: number): Batches<string> & { open: number } {
  const self = {
    open: 0,
    async *from(cursor: number): AsyncGenerator<string, void, void> {
      self.open++;
      try {
        for (let i = cursor; i < count; i++) yield `${name}${i}`;
      } finally {
        self.open--;
      }
    },
    [Symbol.asyncIterator]: () => self.from(0),
  };
  return self;
}

batchesLaws('curriculum', (k) => curriculum([{ data: shuffled(k), steps: 3 }, { data: shuffled(key(4), 1) }]));

describe('known answers: curriculum', () => {
  test('goes from stage to stage, from any batch on, and closes what it leaves', async () => {
    const [a, b, c] = [named('a', 9), named('b', 2), named('c', 3)];
    const data = curriculum([{ data: a, steps: 3 }, { data: b, steps: 2 }, { data: c }]);
    const all = ['a0', 'a1', 'a2', 'b0', 'b1', 'c0', 'c1', 'c2'];
    for (let cursor = 0; cursor <= all.length; cursor++) {
      const seen: string[] = [];
      for await (const batch of data.from(cursor)) {
        seen.push(batch);
        expect(a.open + b.open + c.open).toBe(1);
      }
      expect(seen).toEqual(all.slice(cursor));
    }
    for await (const _ of data) break;
    expect([a.open, b.open, c.open]).toEqual([0, 0, 0]);
  });

  test('the steps of the last stage end it', async () => {
    const seen: string[] = [];
    for await (const batch of curriculum([{ data: named('a', 9), steps: 2 }])) seen.push(batch);
    expect(seen).toEqual(['a0', 'a1']);
  });
});

test('errors: numbers out of their range, and data that end too early', async () => {
  expect(() => earlyStopping<P>({ metric: loss, patience: 0 })).toThrow(/earlyStopping: patience .* got 0/);
  expect(() => earlyStopping<P>({ metric: loss, patience: 1, minDelta: -1 })).toThrow(/minDelta .* got -1/);
  expect(() => keepBest<P>({ metric: loss, count: 0, save: () => 0, remove: () => 0 })).toThrow(/keepBest: count/);
  expect(() => evaluateEvery<P, string>({ every: 0.5, evaluate: () => ({}) })).toThrow(
    /evaluateEvery: every .* got 0.5/,
  );
  expect(() => curriculum([])).toThrow(/curriculum: there is no stage/);
  expect(() => curriculum([{ data: named('a', 1) }, { data: named('b', 1) }])).toThrow(/stage 0: steps/);
  const short = curriculum([{ data: named('a', 2), steps: 3 }, { data: named('b', 1) }]);
  await expect(async () => {
    for await (const _ of short);
  }).rejects.toThrow(GenaiError);
  await expect(async () => {
    for await (const _ of short.from(1));
  }).rejects.toThrow(/stage 0 ended after 2 of 3/);
});
