import { GenaiError, key, type Layer, type Step } from '@genai/core';
import { owned, scope, uniformNoise } from '@genai/tensor';
import { stepLaws } from '@genai/testing/step-laws';
import { add, clone, mul, scalar, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { turns } from '../test/turns.js';
import { type CycleBatch, cycleConsistent } from './cycle-consistent.js';
import { cycleGan } from './cycle-gan.js';
import { imagePool } from './image-pool.js';

type One = { readonly w: Tensor };

const times = (start: number): Layer<Tensor, One> => ({
  init: () => ({ w: scalar(start) }),
  apply: ({ w }, x) => mul(x, w),
});
/** G(x) = x, F(y) = 10 y. */
const lines = cycleGan({ there: times(1), back: times(10), criticThere: times(1), criticBack: times(1) });

stepLaws('imagePool', () => ({
  step: imagePool(lines, turns(cycleConsistent(lines), { critic: 0.01, generator: 0.001 }), { from: [1], size: 3 }),
  batch: () => ({ from: uniformNoise(key(1), [2, 1]), to: uniformNoise(key(2), [2, 1]) }),
}));

/** Rounds of two pictures, numbered 1, 2, 3 …, and what critics saw in each. */
function played(rounds: number, size: number, rows = 2) {
  const seen: { readonly to: number[]; readonly from: number[] }[] = [];
  const init = lines.init;
  const noting: Step<{ params: ReturnType<typeof init> }, CycleBatch, { loss: Tensor }> = {
    init: (k) => ({ params: init(k) }),
    run: (state, { earlier }) => {
      seen.push({ to: Array.from(earlier!.to.dataSync()), from: Array.from(earlier!.from.dataSync()) });
      return { state, metrics: { loss: scalar(0) } };
    },
  };
  const step = imagePool(lines, noting, { from: [1], size });
  const pools: number[][] = [];
  let state = step.init(key(0));
  for (let i = 0; i < rounds; i++) {
    const next = scope(() => {
      const x = tensor2d(
        Array.from({ length: rows }, (_, j) => rows * i + j + 1),
        [rows, 1],
      );
      const { params, pool } = step.run(state, { from: x, to: x }, key(i)).state;
      // Parameters are the same tensors again.
      return { params, pool: { from: clone(pool.from), to: clone(pool.to), filled: add(pool.filled, 0) } };
    });
    for (const old of Object.values(state.pool)) old.dispose();
    state = next;
    pools.push(Array.from(state.pool.to.dataSync()).sort((a, b) => a - b));
  }
  using last = owned(state);
  return { seen, pools, filled: last.pool.filled.dataSync()[0]! };
}

describe('known answers', () => {
  test('until the pool is full, pictures go in and are judged as they are', () => {
    const { seen, pools, filled } = played(2, 4);
    expect(seen.map(({ to }) => to)).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(seen.map(({ from }) => from)).toEqual([
      [10, 20],
      [30, 40],
    ]);
    expect(pools).toEqual([
      [0, 0, 1, 2],
      [1, 2, 3, 4],
    ]);
    expect(filled).toBe(4);
  });

  test('when the last places go, the other pictures of the batch meet earlier ones', () => {
    const { seen, pools, filled } = played(2, 3);
    expect(filled).toBe(3);
    expect(pools[1]).toHaveLength(3);
    expect(pools[1]).toContain(3); // went into the last empty place
    expect(seen[1]!.to[0]).toBe(3);
    // 4 came in for 1 or 2, which was judged; or it was judged itself.
    expect([...pools[1]!, seen[1]!.to[1]].sort()).toEqual([1, 2, 3, 4]);
  });

  test('afterwards half are exchanged: all is in the pool or was judged once, and nothing is lost or twice', () => {
    const size = 6;
    const rounds = 200;
    const { seen, pools } = played(rounds, size);
    const first = seen.slice(0, size / 2).flatMap(({ to }) => to);
    const later = seen.slice(size / 2).flatMap(({ to }) => to);
    expect(first).toEqual([1, 2, 3, 4, 5, 6]); // judged, and kept as well
    const all = Array.from({ length: 2 * rounds }, (_, i) => i + 1);
    expect([...later, ...pools.at(-1)!].sort((a, b) => a - b)).toEqual(all);
    const exchanged = later.filter((picture, i) => picture !== size + i + 1).length;
    expect(Math.abs(exchanged / later.length - 0.5)).toBeLessThan(0.08); // ± 3 deviations
    // Both kinds are exchanged alike.
    expect(seen.map(({ from }) => from)).toEqual(seen.map(({ to }) => to.map((x) => 10 * x)));
  });

  test('every place of the pool is met', () => {
    const { pools } = played(60, 5, 1);
    expect(Math.min(...pools.at(-1)!)).toBeGreaterThan(20);
  });
});

test('errors: a size that is none, a batch larger than the pool, pictures of another shape', () => {
  const contest = turns(cycleConsistent(lines), {});
  expect(() => imagePool(lines, contest, { from: [1], size: 0 })).toThrow(GenaiError);
  expect(() => imagePool(lines, contest, { from: [1.5] })).toThrow('imagePool: a shape: size must be an integer');
  const step = imagePool(lines, contest, { from: [1], size: 2 });
  using start = owned(step.init(key(0)));
  using world = owned({ many: zeros([3, 1]), wide: zeros([2, 4]) });
  expect(() => step.run(start, { from: world.many, to: world.many }, key(1))).toThrow(
    'imagePool: for a batch of 3: size must be an integer of at least 3, got 2.',
  );
  expect(() => step.run(start, { from: world.wide, to: world.wide }, key(1))).toThrow(
    'imagePool: pictures: got shape [2, 4], expected [batch, 1].',
  );
});
