import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Flow } from '../flow.js';

/** Examples of two kinds, each (batch, …event) with a batch of its own. */
export interface AttributeExamples {
  readonly withAttribute: Tensor;
  readonly without: Tensor;
}

/**
 * The way in the space of noise from examples without an attribute to those with it: the difference of the means of what the flow
 * makes of them, (…latent). {@link editAttribute} goes along it.
 *
 * @example
 * using heavier = owned(attributeDirection(density, params, { withAttribute: heavy, without: light })); // (6)
 * using edited = owned(editAttribute(density, params, rows, heavier, 0.5));
 * @throws GenaiError if there is no example of a kind.
 * @source Kingma and Dhariwal 2018, "Glow", section 6 (semantic manipulation).
 */
export function attributeDirection<P>(flow: Pick<Flow<P>, 'forward'>, params: P, examples: AttributeExamples): Tensor {
  const average = (name: keyof AttributeExamples): Tensor => {
    const x = examples[name];
    if (x.size === 0) {
      throw new GenaiError(`attributeDirection: ${name} has shape [${x.shape}], expected at least one example.`);
    }
    return mean(flow.forward(params, x).y, 0); // (…latent)
  };
  return scope(() => sub(average('withAttribute'), average('without')));
}
