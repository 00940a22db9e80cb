import { type Layer, split, type Tree } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { add, mul, sum, type Tensor } from '@tensorflow/tfjs-core';
import { initParts } from './init-parts.js';

/** What {@link projection} is made of. */
export interface ProjectionParts<F, H, C> {
  /** φ: examples (batch, …event) → (batch, size). */
  readonly features: Layer<Tensor, F>;
  /** ψ: (batch, size) → (batch, 1), `dense(size, 1)` say. */
  readonly head: Layer<Tensor, H>;
  /** yᵀV: contexts → (batch, size), {@link embedding} of a class, {@link dense} without bias of a vector. */
  readonly context: Layer<Tensor, C>;
}

export type ProjectionParams<F, H, C> = { readonly context: C; readonly features: F; readonly head: H };

/**
 * A critic that sees the context as a direction in its space of features, ψ(φ(x)) + yᵀVφ(x): `{ x, context }` → (batch, 1).
 *
 * @example
 * const features = sequential(flatten(), mlp([784, 256, 128]), activation(relu));
 * const critic = projection({ features, head: dense(128, 1), context: embedding(10, 128) });
 * @throws GenaiError, when applied, if the features are not (batch, size), the context does not become that, or the head
 * does not give (batch, 1).
 * @source Miyato and Koyama 2018, "cGANs with projection discriminator", eq. 3.
 */
export function projection<F extends Tree<Tensor>, H extends Tree<Tensor>, C extends Tree<Tensor>>(
  parts: ProjectionParts<F, H, C>,
): Layer<Tensor, ProjectionParams<F, H, C>, Conditioned> {
  const { context: direction, features, head } = parts;
  return {
    init: (key) => initParts<ProjectionParams<F, H, C>>({ context: direction, features, head }, key),
    apply: (params, { x, context }, key) =>
      scope(() => {
        const keys = key && split(key, 3);
        const phi = features.apply(params.features, x, keys?.[0]); // (batch, size)
        const [batch, size] = expectShape('projection: the features', phi, ['batch', 'size']);
        const yV = direction.apply(params.context, context, keys?.[1]); // (batch, size)
        expectShape('projection: the context', yV, [batch, size]);
        const psi = head.apply(params.head, phi, keys?.[2]);
        expectShape('projection: the head', psi, [batch, 1]);
        return add(psi, sum(mul(yV, phi), 1, true)); // eq. 3, (batch, 1)
      }),
  };
}
