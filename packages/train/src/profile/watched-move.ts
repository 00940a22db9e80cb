import { expectIntegers, fold, GenaiError, type Key, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { release } from '../release.js';
import { callPaths } from './call-path.js';
import { type RunKernel, type SeenKernel, watchEngine } from './watch-engine.js';

/** A kernel of a step. */
export interface ProfiledKernel extends SeenKernel {
  /** The named functions from which it was asked for, outermost first; `backward` is the way back of a gradient. */
  readonly path: readonly string[];
}

/** What a profile needs and can vary. */
export interface ProfileStepOptions<S, B> {
  readonly batch: B;
  readonly key: Key;
  /** The state to move from, left as it is; a fresh one unless given. */
  readonly state?: S | undefined;
  /** Moves made before, so that what is compiled or cached at first does not count; default 2. */
  readonly warmups?: number;
}

/** The kernels of one move, in the order they ran, and how long the host took for all of it. */
export interface WatchedMove {
  readonly kernels: readonly ProfiledKernel[];
  readonly milliseconds: number;
}

/**
 * Makes moves of `step` and watches the last. `around` runs each kernel of that one.
 *
 * @throws GenaiError unless `warmups` is an integer of at least 0 and the step runs a kernel; whatever the step throws.
 */
export function watchedMove<S extends Tree<Tensor>, B>(
  where: string,
  step: Step<S, B, { readonly [name: string]: Tensor }>,
  { batch, key, state, warmups = 2 }: ProfileStepOptions<S, B>,
  around?: RunKernel,
): WatchedMove {
  expectIntegers(where, { warmups }, 0);
  const from = state ?? scope(() => ({ state: step.init(fold(key, 0)) })).state;
  const paths = callPaths();
  const kernels: ProfiledKernel[] = [];
  const profiledMove = (): void => {
    const made = scope(() => step.run(from, batch, fold(key, 1))); // the key of the first move of `train`
    release(made as Tree<Tensor>, from, batch as Tree<Tensor>);
  };
  try {
    for (let i = 0; i < warmups; i++) profiledMove();
    let origin = performance.now();
    watchEngine(
      () => paths.from(profiledMove),
      (kernel) => {
        const asked = performance.now();
        kernels.push({ ...kernel, start: kernel.start - origin, path: paths.here() });
        origin += performance.now() - asked; // what looking takes is no part of the move
      },
      around,
    );
    const milliseconds = performance.now() - origin;
    if (kernels.length === 0) throw new GenaiError(`${where}: the step runs no kernel. Give a step that computes.`);
    return { kernels, milliseconds };
  } finally {
    if (!state) release(from);
  }
}

/** The most that the tensors made by a move held at once. */
export function peakOf({ kernels }: WatchedMove): number {
  return kernels.reduce((most, { liveBytes }) => Math.max(most, liveBytes), 0);
}
