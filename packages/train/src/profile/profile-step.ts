import type { Step, Tree } from '@genai/core';
import { getBackend, type Tensor } from '@tensorflow/tfjs-core';
import { type ProfiledKernel, type ProfileStepOptions, peakOf, watchedMove } from './watched-move.js';

export type { ProfiledKernel, ProfileStepOptions };

/** What one move of a step was made of. Times are in milliseconds, `start` counted from the begin of the move. */
export interface StepProfile {
  /** The engine it ran on. */
  readonly engine: string;
  /**
   * Whether times of kernels are those of computing, or of handing work to an engine that computes later (webgl, webgpu), in
   * which case they tell of the host alone; `device` are the graphics card's own times, which only {@link profileOnDevice} has.
   */
  readonly timed: 'computing' | 'submitting' | 'device';
  /** The whole move, what the host does between kernels included; of `device` all its kernels together. */
  readonly milliseconds: number;
  /** The most that the tensors made by the move hold at once, beside its state and batch. */
  readonly peakBytes: number;
  /** In the order they ran. */
  readonly kernels: readonly ProfiledKernel[];
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
  options: ProfileStepOptions<S, B>,
): StepProfile {
  return hostProfile(watchedMove('profileStep', step, options));
}

/** A move as the host saw it. */
export function hostProfile(move: ReturnType<typeof watchedMove>): StepProfile {
  return {
    engine: getBackend(),
    timed: ['webgl', 'webgpu'].includes(getBackend()) ? 'submitting' : 'computing',
    peakBytes: peakOf(move),
    ...move,
  };
}
