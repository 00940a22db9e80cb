import { expectIntegers, type Key, type Step, split, type Tree } from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import {
  add,
  cast,
  equal,
  expandDims,
  greaterEqual,
  less,
  matMul,
  minimum,
  mul,
  reshape,
  scalar,
  sub,
  sum,
  type Tensor,
  tensor1d,
  topk,
  zeros,
} from '@tensorflow/tfjs-core';
import type { CycleBatch, Kinds } from './cycle-consistent.js';
import type { CycleGan, CycleGanParams } from './cycle-gan.js';

/** What {@link imagePool} needs and can vary. */
export interface ImagePoolOptions {
  /** Shape of a picture of the first kind, without batch. */
  readonly from: readonly number[];
  /** Shape of a picture of the second kind; that of the first unless given. */
  readonly to?: readonly number[];
  /** How many earlier translations of each kind are kept; 50 unless given. */
  readonly size?: number;
}

/** Earlier translations: (size, …from) and (size, …to), and how many places of each hold one, a float scalar. */
export type Pool = Kinds & { readonly filled: Tensor };

/** What {@link imagePool} adds to a state. */
export type Pooled = { pool: Pool };

/**
 * A step of {@link cycleConsistent} whose critics judge a history of translations: each of a round is exchanged, with
 * probability ½, for an earlier one out of a pool, so that the players do not chase each other in a circle. The translators
 * learn from their own of the round.
 *
 * Until the pool is full, translations go in and are judged as they are; later each is judged once, at once or when it comes
 * out. Both kinds are exchanged alike. The pool stands in the state, so a run saved goes on as it would have, and an
 * exchange costs two translations that the critics' player then need not make.
 *
 * @example
 * const contest = compete(cycleConsistent(seasons), { optimizers });
 * const step = ema(imagePool(seasons, contest, { from: [64, 64, 3] }), { decay: 0.99, of: ({ generator }) => generator });
 * @throws GenaiError if a size is not an integer of at least 1; when run, if pictures have other shapes or a batch is larger
 * than the pool.
 * @source Shrivastava et al. 2017, "Learning from simulated and unsupervised images through adversarial training", section 2.3;
 * Zhu et al. 2017, section 4 (50 of them).
 */
export function imagePool<
  G extends Tree<Tensor>,
  F extends Tree<Tensor>,
  D extends Tree<Tensor>,
  E extends Tree<Tensor>,
  S extends { readonly params: CycleGanParams<G, F, D, E> },
  M,
>(
  { there, back }: Pick<CycleGan<G, F, D, E>, 'there' | 'back'>,
  step: Step<S, CycleBatch, M>,
  { from, to = from, size = 50 }: ImagePoolOptions,
): Step<S & Pooled, CycleBatch, M> {
  expectIntegers('imagePool', { size });
  for (const side of [...from, ...to]) expectIntegers('imagePool: a shape', { size: side });
  return {
    init: (key) =>
      scope(() => ({
        made: {
          ...step.init(key),
          pool: { from: zeros([size, ...from]), to: zeros([size, ...to]), filled: scalar(0) },
        },
      })).made,
    run: (state, batch, key) =>
      scope(() => {
        const { pool, ...inner } = state;
        const [forStep, forThere, forBack, forPool] = split(key, 4);
        const { generator } = state.params;
        const made = {
          from: back.translate(generator.back, batch.to, forBack), // (batch, …from)
          to: there.translate(generator.there, batch.from, forThere), // (batch, …to)
        };
        const [rows] = expectShape('imagePool: pictures', made.from, ['batch', ...from]);
        expectShape('imagePool: pictures', made.to, [rows, ...to]);
        if (rows > size) expectIntegers(`imagePool: for a batch of ${rows}`, { size }, rows);
        const exchange = exchangeOf(pool.filled, size, rows, forPool);
        const [ofFrom, ofTo] = [exchange(pool.from, made.from), exchange(pool.to, made.to)];
        const earlier = { from: ofFrom.seen, to: ofTo.seen };
        const next = step.run(inner as unknown as S, { ...batch, earlier }, forStep);
        const filled = minimum(add(pool.filled, rows), size);
        return {
          state: { ...next.state, pool: { from: ofFrom.pool, to: ofTo.pool, filled } },
          metrics: next.metrics,
        };
      }),
  };
}

/** What goes where in a round: picture i meets a place of its own, an empty one while there are such. */
function exchangeOf(
  filled: Tensor,
  size: number,
  rows: number,
  key: Key,
): (pool: Tensor, made: Tensor) => { readonly seen: Tensor; readonly pool: Tensor } {
  const [forPlaces, forCoins] = split(key);
  const places = tensor1d(Float32Array.from({ length: size }, (_, i) => i));
  const empty = cast(greaterEqual(places, filled), 'float32'); // (size)
  // The places with the largest ranks are met: empty ones, the first before the others, have 1 to 2, full ones what chance gives.
  const rank = add(mul(empty, sub(2, mul(places, 1 / size))), mul(sub(1, empty), uniformNoise(forPlaces, [size])));
  const { indices } = topk(rank, rows, true); // (rows)
  const at = cast(equal(expandDims(cast(indices, 'float32'), 1), expandDims(places, 0)), 'float32'); // (rows, size)
  const vacant = matMul(at as Tensor<never>, expandDims(empty, 1) as Tensor<never>); // (rows, 1)
  const coin = cast(less(uniformNoise(forCoins, [rows, 1]), 0.5), 'float32');
  const swapped = mul(sub(1, vacant), coin); // (rows, 1)
  const stored = add(vacant, swapped);
  const kept = sub(1, sum(mul(at, stored), 0)); // (size): 0 where a picture comes in
  return (pool, made) => {
    const old = reshape(pool, [size, -1]);
    const fresh = reshape(made, [rows, -1]);
    const met = matMul(at as Tensor<never>, old as Tensor<never>); // (rows, elements)
    const seen = add(mul(met, swapped), mul(fresh, sub(1, swapped)));
    const put = matMul(at as Tensor<never>, mul(fresh, stored) as Tensor<never>, true); // (size, elements)
    return {
      seen: reshape(seen, made.shape),
      pool: reshape(add(mul(old, expandDims(kept, 1)), put), pool.shape),
    };
  };
}
