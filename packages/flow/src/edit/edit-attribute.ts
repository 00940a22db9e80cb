import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from '../flow.js';

/**
 * `x` moved along a direction of the space of noise, (batch, …event): f⁻¹(f(x) + strength · direction). A negative strength takes
 * the attribute away, 0 gives x back: nothing of it is lost on the way.
 *
 * `direction`: (…latent), from {@link attributeDirection}, or (batch, …latent).
 *
 * @example
 * using smiling = owned(editAttribute(faces, params, images, smile, 1.5));
 * @throws GenaiError if the direction does not have the shape of one latent.
 * @source Kingma and Dhariwal 2018, "Glow", section 6 (semantic manipulation).
 */
export function editAttribute<P>(
  flow: Pick<Flow<P>, 'forward' | 'inverse'>,
  params: P,
  x: Tensor,
  direction: Tensor,
  strength = 1,
): Tensor {
  return scope(() => {
    const { y: z } = flow.forward(params, x); // (batch, …latent)
    if (![String(z.shape), String(z.shape.slice(1))].includes(String(direction.shape))) {
      throw new GenaiError(
        `editAttribute: direction has shape [${direction.shape}], expected that of the noise, [${z.shape.slice(1)}].`,
      );
    }
    return flow.inverse(params, add(z, mul(direction, strength))).x;
  });
}
