/** The flat piece of a latent space that is shown: of two latents all that matters, of more the two ways in which codes vary most. */
import { owned } from '@genai/tensor';
import { principalDirections, type VaeWithMeans } from '@genai/vae';
import type { Tensor } from '@tensorflow/tfjs-core';

/** Codes origin + x · across + y · down; x and y go from −1 to 1. */
export interface LatentPlane {
  readonly origin: ArrayLike<number>;
  readonly across: ArrayLike<number>;
  readonly down: ArrayLike<number>;
}

/** Standard deviations from the middle of the plane to its edge. */
export const LIMIT = 2.5;

/** The plane for the `codes` (count × latents) of `images`, (count, …event). */
export async function latentPlane<P>(
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

/** The code at a place of the plane. */
export function codeAt({ origin, across, down }: LatentPlane, x: number, y: number): Float32Array {
  return Float32Array.from(origin, (o, i) => o + x * across[i]! + y * down[i]!);
}

/** The place of the plane that is nearest to a code; the axes stand at right angles. */
export function placeOf({ origin, across, down }: LatentPlane, code: ArrayLike<number>): [x: number, y: number] {
  const share = (axis: ArrayLike<number>): number => {
    let [product, square] = [0, 0];
    for (let i = 0; i < axis.length; i++) {
      product += (code[i]! - origin[i]!) * axis[i]!;
      square += axis[i]! ** 2;
    }
    return product / Math.max(square, 1e-12);
  };
  return [share(across), share(down)];
}

function meanCode(codes: Float32Array, latents: number): Float32Array {
  const sum = new Float32Array(latents);
  for (const [i, value] of codes.entries()) sum[i % latents]! += value;
  return sum.map((value) => value / (codes.length / latents));
}
