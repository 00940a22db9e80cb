import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { VaeWithMeans } from './reconstruct.js';

/**
 * `x` moved along a direction of the latent space, shape (batch, …event): E[x | z + strength · direction] with z the mean of
 * q(z | x). A negative strength takes the attribute away, 0 reconstructs.
 *
 * `direction`: (…latent), from {@link attributeDirection} or a row of {@link principalDirections}.
 *
 * @example
 * using smiling = owned(editAttribute(faces, params, images, smile, 1.5));
 * @throws GenaiError if the direction does not have the shape of one latent.
 */
export function editAttribute<P>(
  model: VaeWithMeans<P>,
  params: P,
  x: Tensor,
  direction: Tensor,
  strength = 1,
): Tensor {
  return scope(() => {
    const z = encode(model, params, x); // (batch, …latent)
    const latent = z.shape.slice(1);
    if (String(direction.shape) !== String(latent)) {
      throw new GenaiError(`editAttribute: direction has shape [${direction.shape}], expected that of z, [${latent}].`);
    }
    return model.decode(params, add(z, mul(direction, strength))).mean();
  });
}
