import { expectIntegers, fold, GenaiError, type Key, leaves, mapLeaves, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { slice, type Tensor, util } from '@tensorflow/tfjs-core';
import { release } from '../release.js';
import { watchEngine } from './watch-engine.js';

/** What {@link estimateMemory} needs and can vary. */
export interface EstimateMemoryOptions<B> {
  /** A small batch of the kind: its first rows are used, at least four. */
  readonly batch: B;
  /** Examples in the batches to come. */
  readonly rows: number;
  readonly key: Key;
  /** Rows of the smaller of two trials, the other has twice as many: what `accumulate` divides, for instance. Default 2. * */
  readonly trial?: number;
}

/** What a step is going to hold, in bytes. */
export interface MemoryEstimate {
  /** Leaves of the state under `params`. */
  readonly params: number;
  /** All other leaves of the state: those of optimizers, averages, counts. */
  readonly optimizer: number;
  /** The batch. */
  readonly batch: number;
  /** The most that one move makes besides, at once: activations, gradients and the new state. */
  readonly working: number;
  /** All of these together: the peak. */
  readonly peak: number;
}

/**
 * How much memory a move will take with larger batches, found by two moves with small ones.
 *
 * Parameters and optimizer are counted exactly. What lies between is known after each kernel of both trials and drawn on as a line
 * over the rows, kernel by kernel, and the highest of these is the peak; it is right wherever the sizes of tensors grow with
 * the batch as lines. Counted are the data of tensors: engines add what their kernels need within (simd: packing) and what
 * they round up; a captured replay takes less.
 *
 * @example
 * const { peak } = estimateMemory(minimize(nll(gpt), adamW(3e-4)), { batch: tokens, rows: 64, key: key(0) });
 * if (peak > 3.5e9) throw new Error(`${(peak / 1e9).toFixed(1)} GB will not fit: accumulate, or take smaller batches.`);
 * @throws GenaiError if `rows` or `trial` is no integer above 0, if the batch has fewer than twice `trial` rows, or if the step runs
 * other kernels for other sizes of a batch.
 */
export function estimateMemory<S extends Tree<Tensor>, B>(
  step: Step<S, B, { readonly [name: string]: Tensor }>,
  { batch, rows, key, trial = 2 }: EstimateMemoryOptions<B>,
): MemoryEstimate {
  expectIntegers('estimateMemory', { rows, trial });
  const state = scope(() => ({ state: step.init(fold(key, 0)) })).state;
  const tried = (count: number): Trial => {
    const part = scope(() => ({ part: firstRows(batch, count) })).part;
    try {
      return { bytes: bytesOf(part as Tree<Tensor>), live: trace(step, state, part, key) };
    } finally {
      release(part as Tree<Tensor>, batch as Tree<Tensor>);
    }
  };
  try {
    const [one, two] = [tried(trial), tried(2 * trial)];
    if (one.live.length !== two.live.length) {
      throw new GenaiError(
        `estimateMemory: the step runs ${one.live.length} kernels for ${trial} rows and ${two.live.length} for ${2 * trial}. Choose a ` +
          'larger `trial`, from which on it runs the same.',
      );
    }
    const along = (a: number, b: number): number => a + ((b - a) * (rows - trial)) / trial;
    const params = bytesOf(paramsOf(state));
    const optimizer = bytesOf(state) - params;
    const working = one.live.reduce((most, bytes, i) => Math.max(most, along(bytes, two.live[i]!)), 0);
    const held = along(one.bytes, two.bytes);
    return { params, optimizer, batch: held, working, peak: params + optimizer + held + working };
  } finally {
    release(state);
  }
}

/** A batch's bytes, and those that a move with it holds after each of its kernels. */
type Trial = { readonly bytes: number; readonly live: readonly number[] };

function trace<S extends Tree<Tensor>, B>(
  step: Step<S, B, { readonly [name: string]: Tensor }>,
  state: S,
  batch: B,
  key: Key,
): number[] {
  const live: number[] = [];
  watchEngine(
    () => {
      const made = scope(() => step.run(state, batch, fold(key, 1)));
      release(made as Tree<Tensor>, state, batch as Tree<Tensor>);
    },
    ({ liveBytes }) => live.push(liveBytes),
  );
  return live;
}

function firstRows<B>(batch: B, count: number): B {
  return mapLeaves<Tensor, Tree<Tensor>>(batch as Tree<Tensor>, (leaf, path) => {
    if ((leaf.shape[0] ?? 0) >= count) return slice(leaf, [0], [count]);
    throw new GenaiError(
      `estimateMemory: the batch${path && ` at "${path}"`} has shape [${leaf.shape.join(', ')}], expected at least ${count} rows. Give a larger one.`,
    );
  }) as B;
}

/** The leaves below a `params`, by their paths. */
function paramsOf(state: Tree<Tensor>): Tree<Tensor> {
  return Object.fromEntries(leaves<Tensor>(state).filter(([path]) => path.split('.').includes('params')));
}

/** Each block of data once. */
function bytesOf(tree: Tree<Tensor>): number {
  const distinct = new Map(leaves<Tensor>(tree).map(([, leaf]) => [leaf.dataId, leaf]));
  return Array.from(distinct.values()).reduce((sum, { size, dtype }) => sum + size * util.bytesPerElement(dtype), 0);
}
