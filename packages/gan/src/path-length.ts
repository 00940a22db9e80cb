import { GenaiError, type Key } from '@genai/core';
import { normalNoise, scope, stopGradient, valueAndGrad } from '@genai/tensor';
import { add, mean, mul, reshape, sqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { GeneratorRegularizer } from './generator-regularizer.js';

/** What {@link pathLength} can vary. */
export interface PathLengthOptions<G> {
  /** The weight γ; 2 unless given. */
  readonly weight?: number;
  /**
   * Measures from what `mapping` makes of the codes to what `synthesis` makes of that, where a generator has these two
   * parts: in a style-based one the styles w. From the codes themselves unless given.
   */
  readonly from?: {
    readonly mapping: (generator: G, z: Tensor) => Tensor;
    readonly synthesis: (generator: G, w: Tensor, key: Key) => Tensor;
  };
}

/**
 * γ E(‖Jᵀ y‖ − a)², y ~ N(0, I): a step of one length in the codes should change the examples alike wherever it is made. J is
 * the generator's Jacobian at a code, a the running mean of the lengths.
 *
 * For images y is divided by √(height · width), so that lengths of all resolutions compare. The game tells the mean length
 * as `path`.
 *
 * @example
 * const game = adversarial(faces, { loss: nonSaturating(), generatorRegularizers: [pathLength({ weight: 2 })] });
 * @throws GenaiError if the weight is negative or not finite.
 * @source Karras et al. 2020, "Analyzing and improving the image quality of StyleGAN", eq. 4 and appendix B.
 */
export function pathLength<G = unknown>({ weight = 2, from }: PathLengthOptions<G> = {}): GeneratorRegularizer<G> {
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`pathLength: the weight must be a finite number of at least 0, got ${weight}.`);
  }
  return ({ generate, generator, z, key, turn }) =>
    scope(() => {
      const start = from ? from.mapping(generator, z) : z; // (batch, …latent)
      const made = from ? (w: Tensor) => from.synthesis(generator, w, key) : generate;
      const lengths = pathLengths(made, start, key); // (batch)
      return {
        cost: mul(mean(square(sub(lengths, turn.memory.path))), weight),
        path: stopGradient(mean(lengths)),
      };
    });
}

/** ‖Jᵀ y‖ for each code, (batch): Jᵀ y is the slope of the generator's output along y. */
function pathLengths(generate: (z: Tensor) => Tensor, z: Tensor, key: Key): Tensor {
  const along = ({ z }: { z: Tensor }): { loss: Tensor } => {
    const x = generate(z); // (batch, …event)
    const pixels = x.rank === 4 ? x.shape[1]! * x.shape[2]! : 1;
    return { loss: sum(mul(x, mul(normalNoise(key, x.shape), 1 / Math.sqrt(pixels)))) };
  };
  const { grad } = valueAndGrad(along, { z });
  const squares = sum(square(reshape(grad.z, [z.shape[0]!, -1])), 1);
  return sqrt(add(squares, 1e-12)); // kept from 0, where the root has no slope
}
