import type { Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, eye, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { rademacherNoise } from './rademacher-noise.js';

/**
 * The vectors v that find a trace, tr J = E Σ vᵀ J v: (count, batch, …, features) for events of `shape`, (batch, …, features).
 *
 * They are drawn once for a whole pass, so that the same key gives the same log-determinant both ways.
 */
export type Trace = (key: Key | undefined, shape: readonly number[]) => Tensor;

/**
 * The trace itself, by one vector for each feature: the work of as many passes as there are features.
 *
 * @example
 * const layer = continuousFlow({ features: 2, trace: exactTrace() });
 */
export function exactTrace(): Trace {
  return (_key, shape) => {
    const features = shape.at(-1)!;
    return scope(() =>
      add(reshape(eye(features), [features, ...shape.slice(1).map(() => 1), features]), zeros([features, ...shape])),
    );
  };
}

export interface HutchinsonOptions {
  /** Draws v with E v vᵀ = I: {@link rademacherNoise} unless given, which has the least variance; `normalNoise`. */
  readonly noise?: (key: Key, shape: readonly number[]) => Tensor;
}

/**
 * An unbiased estimate of the trace by one random vector for each example, where a key is given; the trace itself without one.
 *
 * @example
 * const layer = continuousFlow({ features: 64, trace: hutchinson() });
 * @source Hutchinson 1990, "A stochastic estimator of the trace of the influence matrix", proposition 1; Grathwohl et al. 2019,
 * "FFJORD", eq. 7.
 */
export function hutchinson({ noise = rademacherNoise }: HutchinsonOptions = {}): Trace {
  const exact = exactTrace();
  return (key, shape) => (key ? noise(key, [1, ...shape]) : exact(key, shape));
}
