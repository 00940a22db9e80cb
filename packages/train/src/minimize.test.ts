import { key, leaves, type Objective } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { contents, free, stepLaws } from '@genai/testing/step-laws';
import { add, mean, mul, scalar, square, sub, sum, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Points, points, squaredError } from '../test/regression.js';
import { adam, chain, clipByGlobalNorm, minimize, sgd } from './index.js';

stepLaws('minimize', () => ({ step: minimize(squaredError, adam(0.01)), batch: points }));
stepLaws('minimize with parts', () => ({ step: minimize(squaredError, adam(0.01), { accumulate: 4 }), batch: points }));
stepLaws('minimize with a chain', () => ({
  step: minimize(squaredError, chain(clipByGlobalNorm(0.1), sgd(0.1, { momentum: 0.9 }))),
  batch: points,
}));

/** (p − mean(batch))² and the numbers it was called with. */
function bowl(): Objective<Tensor, { p: Tensor }, Tensor, 'twice'> & {
  readonly steps: number[];
  readonly rows: number[];
} {
  const steps: number[] = [];
  const rows: number[] = [];
  return {
    steps,
    rows,
    init: () => ({ p: scalar(3) }),
    loss: ({ p }, x, _, step) => {
      steps.push(step.dataSync()[0]!);
      rows.push(x.shape[0]!);
      return { loss: mean(square(sub(p, x))), twice: mul(mean(x), 2) };
    },
  };
}

describe('known answers', () => {
  test('one descent of a parabola, and the number of updates as a tensor', () => {
    const objective = bowl();
    const step = minimize(objective, sgd(0.25));
    using batch = owned({ x: tensor([1, 3]) });
    using start = owned(step.init(key(0)));
    using first = owned(step.run(start, batch.x, key(1)));
    using second = owned(step.run(first.state, batch.x, key(2)));
    // d/dp mean (p − x)² = 2 (p − 2): from 3 by −0.25 · 2 to 2.5, from there to 2.25
    expect(contents(first.state).map(({ path, values }) => [path, values])).toEqual([
      ['params.p', [2.5]],
      ['step', [1]],
    ]);
    expect(first.metrics.loss.dataSync()[0]).toBe(2); // ((3 − 1)² + (3 − 3)²) / 2
    expect(first.metrics.twice.dataSync()[0]).toBe(4);
    expect(second.state.params.p.dataSync()[0]).toBe(2.25);
    expect(objective.steps).toEqual([0, 1]);
  });
});

describe('accumulate', () => {
  test('parts give the update of the whole batch, with one gradient each', () => {
    using batch = owned({ x: tensor([1, 3, 5, 7, 9, 12]) });
    const whole = bowl();
    const parts = bowl();
    const made = [minimize(whole, sgd(0.25)), minimize(parts, sgd(0.25), { accumulate: 3 })].map((step) =>
      scope(() => step.run(step.init(key(0)), batch.x, key(1))),
    );
    expect(whole.rows).toEqual([6]);
    expect(parts.rows).toEqual([2, 2, 2]);
    const [one, three] = made.map((result) => contents(result));
    for (const [i, { path, values }] of one!.entries()) {
      expect(three![i]!.path).toBe(path);
      expect(three![i]!.values[0], path).toBeCloseTo(values[0]!, 5);
    }
    free(...made);
  });

  test('it splits trees, each leaf along axis 0, and gives each part its own key', () => {
    const keys = new Set<string>();
    const seen: number[] = [];
    const sums: Objective<Tensor, { p: Tensor }, Points> = {
      init: () => ({ p: scalar(0) }),
      loss: ({ p }, { x, y }, k) => {
        keys.add(k.join());
        seen.push(x.shape[0]!, y.shape[0]!, sum(y).dataSync()[0]!);
        return { loss: add(mul(p, sum(x)), sum(y)) };
      },
    };
    const step = minimize(sums, sgd(0.1), { accumulate: 2 });
    using batch = owned({ x: tensor([1, 2, 3, 4], [4, 1]), y: tensor([1, 2, 3, 4], [4, 1, 1]) });
    using made = owned(scope(() => step.run(step.init(key(0)), batch, key(1))));
    expect(seen).toEqual([2, 2, 3, 2, 2, 7]);
    expect(keys.size).toBe(2);
    expect(made.state.params.p.dataSync()[0]).toBeCloseTo(-0.5, 6); // −0.1 · (3 + 7) / 2
  });

  test('a batch that cannot be split is refused, and nothing is left over', () => {
    const step = minimize(squaredError, sgd(0.1), { accumulate: 5 });
    using batch = owned(points());
    using state = owned(step.init(key(0)));
    expect(() => step.run(state, batch, key(1))).toThrow(/shape \[24, 3\] at "x" .* into 5 equal parts/);
    using number = owned({ x: scalar(1) });
    expect(() => minimize(bowl(), sgd(0.1), { accumulate: 2 }).run(state as never, number.x, key(1))).toThrow(
      /a batch of shape \[\] cannot be split/,
    );
  });
});

test('errors: accumulate must be a count', () => {
  expect(() => minimize(squaredError, sgd(0.1), { accumulate: 0 })).toThrow(/accumulate must be .* got 0/);
  expect(() => minimize(squaredError, sgd(0.1), { accumulate: 1.5 })).toThrow(/got 1.5/);
});

test('errors: what the loss throws reaches the caller, and nothing is left over', () => {
  const broken: typeof squaredError = {
    ...squaredError,
    loss: () => {
      throw new Error('no loss');
    },
  };
  for (const accumulate of [1, 3]) {
    const step = minimize(broken, adam(0.1), { accumulate });
    using state = owned(step.init(key(0)));
    using batch = owned(points());
    expect(() => step.run(state, batch, key(1))).toThrow('no loss');
    expect(leaves<Tensor>(state).every(([, leaf]) => !leaf.isDisposed)).toBe(true);
  }
});
