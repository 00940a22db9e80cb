import type { Key, Layer, Tree } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';

/** A layer inside a generator that sees, beside its own input y, all that the generator was given. */
export interface NormOf<N, X> {
  readonly init: (key: Key) => N;
  readonly apply: (params: N, y: Tensor, input: X) => Tensor;
}

/** One that looks at y alone. */
export function plainNorm<N extends Tree<Tensor>>({ init, apply }: Layer<Tensor, N>): NormOf<N, Tensor> {
  return { init, apply: (params, y) => apply(params, y) };
}

/** One that looks at y and the context. */
export function contextNorm<N extends Tree<Tensor>>({
  init,
  apply,
}: Layer<Tensor, N, Conditioned>): NormOf<N, Conditioned> {
  return { init, apply: (params, x, { context }) => apply(params, { x, context }) };
}
