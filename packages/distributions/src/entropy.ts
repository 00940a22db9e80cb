import type { TensorLike } from '@genai/core';

/** A distribution that knows its entropy. */
export interface Entropy<T extends TensorLike> {
  /** −E[log p(x)] in nats (differential for densities), shape `batch`. */
  readonly entropy: () => T;
}
