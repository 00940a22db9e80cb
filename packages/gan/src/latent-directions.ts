import { expectIntegers, GenaiError } from '@genai/core';
import { leadingEigen, scope } from '@genai/tensor';
import { matMul, type Tensor, tensor } from '@tensorflow/tfjs-core';

/** `directions`: (count, latents), each of length 1; `gains`: (count), how far the layer's output moves along each, from large to small. */
export type LatentDirections = { readonly directions: Tensor; readonly gains: Tensor };

/**
 * The directions of the codes that change most what the generator's first layer gives, found without data or labels: the
 * eigenvectors of A Aᵀ for its weight A.
 *
 * The largest entry of a direction is positive, as an axis has no sign of its own. Only A Aᵀ is read on the host; 512 latents
 * take some seconds there.
 *
 * @param weight - (latents, outputs), as of `dense`; put other weights into that form, or several side by side.
 * @param count - how many directions.
 * @example
 * using found = owned(await latentDirections(params.generator[0].weight, 5)); // directions: (5, 64)
 * const edited = faces.generate(params.generator, add(z, mul(slice(found.directions, [0], [1]), 3)));
 * @throws GenaiError if the weight is no matrix of 1 to 512 rows or `count` is not an integer from 1 to its rows.
 * @source Shen and Zhou 2021, "Closed-form factorization of latent semantics in GANs", eq. 5 to 7.
 */
export async function latentDirections(weight: Tensor, count: number): Promise<LatentDirections> {
  expectIntegers('latentDirections', { count });
  const [latents = 0] = weight.shape;
  if (weight.rank !== 2 || latents > LARGEST) {
    throw new GenaiError(
      `latentDirections: the weight has shape [${weight.shape}], expected [latents, outputs] with at most ${LARGEST} latents.`,
    );
  }
  if (count > latents) {
    throw new GenaiError(`latentDirections: count is ${count}, but the weight is for ${latents} latents.`);
  }
  const squared = scope(() => matMul(weight as Tensor<never>, weight as Tensor<never>, false, true)); // (latents, latents)
  try {
    const { values, vectors } = leadingEigen(await squared.data(), latents, count);
    const directions = Float32Array.from(vectors.flatMap((axis) => [...axis]));
    return {
      directions: tensor(directions, [count, latents]),
      gains: tensor(values.map((value) => Math.sqrt(Math.max(value, 0)))),
    };
  } finally {
    squared.dispose();
  }
}

const LARGEST = 512;
