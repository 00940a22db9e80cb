/** Which piece of a latent space to show: of two latents all that matters, of more the two ways in which codes vary most. */
import { owned } from '@genai/tensor';
import { principalDirections, type VaeWithMeans } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { LatentPlane } from './latent-plane.js';

/** Standard deviations from the middle of the plane to its edge. */
export const LIMIT = 2.5;

/** The plane for the `codes` (count × latents) of `images`, (count, …event). */
export async function choosePlane<P>(
  model: VaeWithMeans<P>,
  params: P,
  images: Tensor,
  codes: Float32Array,
): Promise<LatentPlane> {
  const count = images.shape[0]!;
  const latents = codes.length / count;
  if (latents === 2) return { origin: [0, 0], across: [LIMIT, 0], down: [0, LIMIT] };
  using axes = owned(await principalDirections(model, params, images, 2));
  const [directions, variances] = await Promise.all([axes.directions.data(), axes.variances.data()]);
  const along = (axis: number): number[] => {
    const reach = LIMIT * Math.sqrt(variances[axis]!);
    return Array.from({ length: latents }, (_, i) => reach * directions[axis * latents + i]!);
  };
  return { origin: meanCode(codes, latents), across: along(0), down: along(1) };
}

function meanCode(codes: Float32Array, latents: number): Float32Array {
  const sum = new Float32Array(latents);
  for (const [i, value] of codes.entries()) sum[i % latents]! += value;
  return sum.map((value) => value / (codes.length / latents));
}
