import {
  type Batches,
  expectIntegers,
  fold,
  key,
  leaves,
  type Objective,
  randomNormal,
  type Snapshot,
} from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { add, matMul, mean, square, sub, type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { adam } from '../../src/adam.js';
import { chain } from '../../src/chain.js';
import { clipByGlobalNorm } from '../../src/clip-by-global-norm.js';
import { alone } from '../../src/cluster/alone.js';
import { averaged } from '../../src/cluster/averaged.js';
import type { Collective } from '../../src/cluster/collective.js';
import { dataParallel } from '../../src/cluster/data-parallel.js';
import { shard } from '../../src/cluster/shard.js';
import { type Fit, minimize } from '../../src/minimize.js';
import type { Run } from '../../src/run.js';
import { train } from '../../src/train.js';

type Params = { readonly w: Tensor; readonly b: Tensor };
type Batch = { readonly x: Tensor; readonly y: Tensor };

/** Noisy linear regression: random in its start, its loss and its data. */
const objective: Objective<Tensor, Params, Batch> = {
  init: (k) => ({ w: normalNoise(fold(k, 0), [5, 2]), b: normalNoise(fold(k, 1), [2]) }),
  loss: ({ w, b }, { x, y }, k) =>
    scope(() => {
      const guess = add(add(matMul(x as never, w as never), b), normalNoise(k, y.shape)); // (batch, 2)
      return { loss: mean(square(sub(guess, y))) };
    }),
};

export interface LittleRunOptions {
  readonly steps: number;
  readonly accumulate?: number;
  readonly isAveraged?: boolean;
  readonly from?: Snapshot<LittleState>;
}

/** The same run for any number of ranks: batches of 12 in all, or in `accumulate` parts of one process. */
export function littleRun(
  ranks: Collective,
  { steps, accumulate = 1, isAveraged = true, from }: LittleRunOptions,
): Run<LittleState, 'loss'> {
  const step = minimize(objective, optimizer(isAveraged ? ranks : alone()), { accumulate });
  const parallel = dataParallel(step, ranks, { check: 5 });
  return train(parallel, { data: shard(rows(), ranks), steps, key: key(7), from });
}

function optimizer(ranks: Collective) {
  return chain(averaged(ranks), clipByGlobalNorm(1), adam(0.05));
}

type OptimizerState = ReturnType<ReturnType<typeof optimizer>['init']>;
export type LittleState = Fit<Params, OptimizerState>;

/** A snapshot as it can be sent to another thread. */
export interface PlainState {
  readonly step: number;
  readonly leaves: readonly { readonly path: string; readonly shape: number[]; readonly values: number[] }[];
}

export function plainOf({ step, state }: Snapshot<LittleState>): PlainState {
  return {
    step,
    leaves: leaves<Tensor>(state).map(([path, leaf]) => ({
      path,
      shape: leaf.shape,
      values: [...leaf.dataSync()],
    })),
  };
}

export function restored({ step, leaves: plain }: PlainState): Snapshot<LittleState> {
  const at = (path: string): Tensor => {
    const { values, shape } = plain.find((leaf) => leaf.path === path)!;
    return tensor(values, shape, 'float32');
  };
  const both = (path: string): Params => ({ w: at(`${path}.w`), b: at(`${path}.b`) });
  const adam = 'optimizer.optimizer';
  const state = {
    params: both('params'),
    optimizer: {
      transforms: [{}, {}] as const,
      optimizer: {
        first: both(`${adam}.first`),
        second: both(`${adam}.second`),
        counts: { first: at(`${adam}.counts.first`), second: at(`${adam}.counts.second`) },
      },
    },
    step: at('step'),
  };
  return { step, cursor: step, key: key(7), state: state as unknown as LittleState };
}

/** Endless batches of 12. */
export function rows(): Batches<Batch> {
  async function* read(cursor: number): AsyncGenerator<Batch, void, void> {
    for (let i = cursor; ; i++) {
      const batch = scope(() => ({
        x: tensor2d(randomNormal(fold(key(1), i), 60), [12, 5]),
        y: tensor2d(randomNormal(fold(key(2), i), 24), [12, 2]),
      }));
      try {
        yield batch;
      } finally {
        batch.x.dispose();
        batch.y.dispose();
      }
    }
  }
  return {
    from: (cursor) => {
      expectIntegers('rows', { cursor }, 0);
      return read(cursor);
    },
    [Symbol.asyncIterator]: () => read(0),
  };
}
