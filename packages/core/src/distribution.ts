import type { Key } from './key.js';
import type { TensorLike } from './tensor-like.js';

/** Anything we can draw from. A GAN stops here. */
export interface Samples<T extends TensorLike> {
  /** Draws; the result has shape `shape + batch + event` (`shape` defaults to `[]`: one draw per batch element). */
  readonly sample: (key: Key, shape?: readonly number[]) => T;
}

/** Anything we can draw from and score. */
export interface Distribution<T extends TensorLike> extends Samples<T> {
  /** Shape of the independent, not identical distributions held side by side. */
  readonly batchShape: readonly number[];
  /** Shape of one draw from one of them. */
  readonly eventShape: readonly number[];
  /** log p(x) in nats; `x` has shape `… + batch + event` (or broadcasts to it), the result `… + batch`. */
  readonly logProb: (x: T) => T;
}

/** A distribution that knows its mean. */
export interface Mean<T extends TensorLike> {
  /** E[x], shape `batch + event`. */
  readonly mean: () => T;
}

/** A density known only through a lower bound, as that of a variational autoencoder. */
export interface LowerBound<T extends TensorLike> {
  /**
   * A lower bound of log p(x) in nats, one number per batch element: log 1/S Σₛ p(x, zₛ) / q(zₛ | x) with S = `samples`
   * (1 unless given); it tightens as S grows. With one sample it is the evidence lower bound, whose KL divergence a model
   * may take in closed form: the same mean as one importance weight, with less variance.
   * @source Burda et al. 2016, "Importance weighted autoencoders", eq. 8.
   */
  readonly logProbBound: (x: T, key: Key, samples?: number) => T;
}
