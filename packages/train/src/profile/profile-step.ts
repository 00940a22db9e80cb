import { expectIntegers, fold, GenaiError, type Key, type Step, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { release } from '../release.js';
import { callPaths } from './call-path.js';
import { type SeenKernel, watchEngine } from './watch-engine.js';

/** A kernel of a step. */
export interface ProfiledKernel extends SeenKernel {
  /** The named functions from which it was asked for, outermost first; `backward` is the way back of a gradient. */
  readonly path: readonly string[];
}

/** What one move of a step was made of. Times are in milliseconds, `start` counted from the begin of the move. */
export interface StepProfile {
  /** The engine it ran on. */
  readonly engine: string;
  /**
   * Whether times of kernels are those of computing, or of handing work to an engine that computes later (webgl, webgpu), in
   * which case they tell of the host alone.
   */
  readonly timed: 'computing' | 'submitting';
  /** The whole move, what the host does between kernels included. */
  readonly milliseconds: number;
  /** The most that the tensors made by the move hold at once, beside its state and batch. */
  readonly peakBytes: number;
  /** In the order they ran. */
  readonly kernels: readonly ProfiledKernel[];
}

/** What {@link profileStep} needs and can vary. */
export interface ProfileStepOptions<S, B> {
  readonly batch: B;
  readonly key: Key;
  /** The state to move from, left as it is; a fresh one unless given. */
  readonly state?: S | undefined;
  /** Moves made before, so that what is compiled or cached at first does not count; default 2. */
  readonly warmups?: number;
}

/**
 * Makes one move of `step` and tells which kernels ran, for how long, from which functions, and how much memory they held.
 *
 * It looks at the step as its JavaScript runs it. A captured replay runs the same kernels but without the host's time
 * between them, and in less memory.
 *
 * @example
 * const profile = profileStep(minimize(elbo(digits), adam(1e-3)), { batch, key: key(0) });
 * for (const { name, milliseconds, share } of kernelTimes(profile)) console.log(name, milliseconds, share);
 * await writeFile('step.svg', flameChart(profile));
 * @throws GenaiError unless `warmups` is an integer of at least 0; whatever the step throws.
 */
export function profileStep<S extends Tree<Tensor>, B>(
  step: Step<S, B, { readonly [name: string]: Tensor }>,
  { batch, key, state, warmups = 2 }: ProfileStepOptions<S, B>,
): StepProfile {
  expectIntegers('profileStep', { warmups }, 0);
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
    );
    const milliseconds = performance.now() - origin;
    if (kernels.length === 0) throw new GenaiError('profileStep: the step runs no kernel. Give a step that computes.');
    return {
      engine: getBackend(),
      timed: ['webgl', 'webgpu'].includes(getBackend()) ? 'submitting' : 'computing',
      milliseconds,
      peakBytes: kernels.reduce((most, { liveBytes }) => Math.max(most, liveBytes), 0),
      kernels,
    };
  } finally {
    if (!state) release(from);
  }
}
