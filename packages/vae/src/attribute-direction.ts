import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, sub, type Tensor } from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { VaeWithMeans } from './reconstruct.js';

/** Examples of two kinds, each (batch, …event) with a batch of its own. */
export interface AttributeExamples {
  readonly withAttribute: Tensor;
  readonly without: Tensor;
}

/**
 * The way in latent space from examples without an attribute to those with it: the difference of their mean latents, shape
 * (…latent). {@link editAttribute} goes along it.
 *
 * @example
 * using smile = owned(attributeDirection(faces, params, { withAttribute: smiling, without: serious })); // (16)
 * using edited = owned(editAttribute(faces, params, images, smile, 1.5));
 * @throws GenaiError if there is no example of a kind.
 * @source Larsen et al. 2016, "Autoencoding beyond pixels using a learned similarity metric" (visual attribute vectors).
 */
export function attributeDirection<P>(
  model: Pick<VaeWithMeans<P>, 'encode'>,
  params: P,
  examples: AttributeExamples,
): Tensor {
  const average = (name: keyof AttributeExamples): Tensor => {
    const x = examples[name];
    if (x.size === 0) {
      throw new GenaiError(`attributeDirection: ${name} has shape [${x.shape}], expected at least one example.`);
    }
    return mean(encode(model, params, x), 0); // (…latent)
  };
  return scope(() => sub(average('withAttribute'), average('without')));
}
