import { expectIntegers, GenaiError } from '@genai/core';
import { leadingEigen, scope } from '@genai/tensor';
import { div, matMul, mean, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { VaeWithMeans } from './reconstruct.js';

/** `directions`: (count, latents), each of length 1; `variances`: (count), from large to small. */
export type PrincipalDirections = { readonly directions: Tensor; readonly variances: Tensor };

/**
 * The directions in which the latents of `x` vary most, without labels: the principal axes of the means of q(z | x), and how
 * much they vary along each. {@link editAttribute} goes along one.
 *
 * The largest entry of a direction is positive, as an axis has no sign of its own. Only the covariance, (latents, latents),
 * is read on the host; 512 latents take some seconds there.
 *
 * @example
 * using axes = owned(await principalDirections(digits, params, images, 4)); // directions: (4, 16), variances: (4)
 * @throws GenaiError if z is not a vector of at most 512 numbers, `count` is not an integer from 1 to that, or there are
 * fewer than two examples.
 * @source Härkönen et al. 2020, "GANSpace: discovering interpretable GAN controls" (there of a generator's activations).
 */
export async function principalDirections<P>(
  model: Pick<VaeWithMeans<P>, 'encode'>,
  params: P,
  x: Tensor,
  count: number,
): Promise<PrincipalDirections> {
  expectIntegers('principalDirections', { count });
  const covariance = scope(() => {
    const z = encode(model, params, x); // (batch, latents)
    const [batch = 0, latents = 0] = z.shape;
    if (z.rank !== 2 || latents > LARGEST) {
      throw new GenaiError(
        `principalDirections: z has shape [${z.shape.slice(1)}], expected a vector of at most ${LARGEST} latents.`,
      );
    }
    if (count > latents) throw new GenaiError(`principalDirections: count is ${count}, but z has ${latents} latents.`);
    if (batch < 2) throw new GenaiError(`principalDirections: got ${batch} examples, expected at least 2.`);
    const centred = sub(z, mean(z, 0));
    return div(matMul(centred as Tensor<never>, centred as Tensor<never>, true, false), batch - 1);
  });
  try {
    const latents = covariance.shape[0]!;
    const { values, vectors } = leadingEigen(await covariance.data(), latents, count);
    const directions = Float32Array.from(vectors.flatMap((axis) => [...axis]));
    return {
      directions: tensor(directions, [count, latents]),
      variances: tensor(values.map((value) => Math.max(value, 0))),
    };
  } finally {
    covariance.dispose();
  }
}

const LARGEST = 512;
