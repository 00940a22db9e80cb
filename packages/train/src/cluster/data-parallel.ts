import { expectIntegers, fold, GenaiError, leaves, mapLeaves, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, slice, stack, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Collective } from './collective.js';
import { CollectiveError } from './collective-error.js';
import { type HostFunction, onHost } from './on-host.js';

/** What {@link dataParallel} can vary. */
export interface DataParallelOptions {
  /** Moves between two looks whether the states of all ranks are still the same, to the bit; default 100. */
  readonly check?: number;
}

/**
 * The step on every rank, each with its part of the batch: one state, that of rank 0, and metrics averaged over all.
 *
 * Give it a step whose optimizers average their gradients (`averaged`), and data cut by `shard`. All ranks pass the same
 * key to `train`; rank r draws from `fold(key of the move, r)`, so that n ranks make the same moves as one process with
 * `minimize(…, { accumulate: n })` on whole batches, up to rounding.
 *
 * @example
 * const step = minimize(objective, chain(averaged(ranks), clipByGlobalNorm(1), adamW(3e-4)));
 * await using run = train(dataParallel(step, ranks), { data: shard(data, ranks), steps: 5_000, key: key(0) });
 * @throws GenaiError unless `check` is an integer above 0. While training: CollectiveError if the states of the ranks
 * part, or a rank is lost.
 */
export function dataParallel<S extends Tree<Tensor>, B, M extends string>(
  step: Step<S, B, { readonly [name in M]: Tensor }>,
  ranks: Collective,
  { check = 100 }: DataParallelOptions = {},
): Step<S, B, { readonly [name in M]: Tensor }> {
  expectIntegers('dataParallel', { check }, 1);
  if (ranks.size === 1) return step;
  let moves = 0;
  const average: HostFunction = (into, [metrics, ...state]) => {
    into.set(metrics!);
    ranks.allReduce(into, 'mean');
    if (moves++ % check === 0) expectSame(state, ranks);
  };
  return {
    init: (key) =>
      scope(() => {
        const state = step.init(key);
        return mapLeaves<Tensor, S>(state, (leaf) => {
          if (leaf.dtype !== 'float32') return leaf;
          const values = leaf.dataSync().slice() as Float32Array;
          ranks.broadcast(values);
          return tensor(values, leaf.shape);
        });
      }),
    run: (before, batch, key) =>
      scope(() => {
        const { state, metrics } = step.run(before, batch, fold(key, ranks.rank));
        const names = Object.keys(metrics) as M[];
        const scalars = stack(names.map((name) => asScalar(name, metrics[name]))); // (metrics)
        const means = onHost(average, [scalars, ...floats(state)], names.length); // (metrics)
        const mean = (i: number): Tensor => reshape(slice(means, [i], [1]), []);
        return {
          state,
          metrics: Object.fromEntries(names.map((name, i) => [name, mean(i)])) as { [name in M]: Tensor },
        };
      }),
  };
}

function floats(state: Tree<Tensor>): Tensor[] {
  return leaves<Tensor>(state).flatMap(([, leaf]) => (leaf.dtype === 'float32' ? [leaf] : []));
}

function asScalar(name: string, value: Tensor): Tensor {
  if (value.size !== 1 || value.dtype !== 'float32') {
    throw new GenaiError(
      `dataParallel: metric "${name}" must be a scalar of float32, got ${value.dtype} of shape [${value.shape.join(', ')}].`,
    );
  }
  return reshape(value, []);
}

/** @throws CollectiveError on every rank, unless the numbers have the same bits on all. */
function expectSame(state: readonly Float32Array[], ranks: Collective): void {
  const digest = digestOf(state);
  const [high, low] = [digest >>> 16, digest & 0xffff]; // exact as float32
  // The largest x and the largest −x tell whether all are equal.
  const extremes = Float32Array.of(high, low, -high, -low);
  ranks.allReduce(extremes, 'max');
  if (extremes[0] === -extremes[2]! && extremes[1] === -extremes[3]!) return;
  throw new CollectiveError(
    'dataParallel: the states of the ranks are not the same any more. Put `averaged(ranks)` first in the chain of every ' +
      'optimizer, start all ranks from the same key or checkpoint, and compute on like machines with like engines.',
  );
}

/** FNV-1a over the words of all arrays. */
function digestOf(arrays: readonly Float32Array[]): number {
  let digest = 0x811c9dc5;
  for (const { buffer, byteOffset, length } of arrays) {
    const words = new Int32Array(buffer, byteOffset, length);
    for (let i = 0; i < length; i++) digest = Math.imul(digest ^ words[i]!, 0x01000193);
  }
  return digest >>> 0;
}
