import { expectIntegers, GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, concat, div, mean, mul, relu, split, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { type LineMap, lineMap, mapSides } from './map-sides.js';
import { expectPairs, type PsnrOptions } from './psnr.js';

export interface SsimOptions extends PsnrOptions {
  /** Side of the Gaussian window in pixels, odd; 11 unless given. */
  readonly window?: number;
  /** Standard deviation of the Gaussian in pixels; 1.5 unless given. */
  readonly sigma?: number;
  /** Keeps the quotient of dark patches in bounds, as a part of the range; 0.01 unless given. */
  readonly k1?: number;
  /** The same for flat patches; 0.03 unless given. */
  readonly k2?: number;
  /**
   * Whether only windows that lie inside the image count, as in the paper, scikit-image and TensorFlow. Default `false`: there is one
   * about each pixel, the image mirrored at its edges, as in torchmetrics.
   */
  readonly inside?: boolean;
}

/**
 * The structural similarity of pairs of images, at most 1 and that for equal ones.
 *
 * a, b: (batch, height, width, channels); result: (batch), the mean over pixels and channels. Differentiable to any order. Variances
 * are those of populations (`use_sample_covariance=False` of scikit-image).
 *
 * @example
 * const similarity = ssim(decoded, images, { range: 1 }); // (batch)
 * @throws GenaiError unless both have that one shape, with sides of more than half a window (of a window with `inside`), and the
 * options are in range.
 * @source Wang et al. 2004, "Image quality assessment: from error visibility to structural similarity", eq. 13.
 */
export function ssim(a: Tensor, b: Tensor, options: SsimOptions): Tensor {
  return scope(() => mean(similarityMaps('ssim', a, b, options).whole, [1, 2, 3]));
}

/** The similarity about each pixel and its part that tells contrast and structure, (batch, rows, columns, channels). */
export type SimilarityMaps = { readonly whole: Tensor; readonly contrast: Tensor };

/** @throws GenaiError as {@link ssim}. */
export function similarityMaps(
  where: string,
  a: Tensor,
  b: Tensor,
  { range, window = WINDOW, sigma = 1.5, k1 = 0.01, k2 = 0.03, inside = false }: SsimOptions,
): SimilarityMaps {
  const [, height, width] = expectPairs(where, a, b, range);
  expectWindow(where, window, sigma);
  expectIntegers(where, { height, width }, inside ? window : (window + 1) / 2);
  const [c1, c2] = [(k1 * range) ** 2, (k2 * range) ** 2];
  return scope(() => {
    const stack = concat([a, b, square(a), square(b), mul(a, b)]); // (5 · batch, height, width, channels)
    const weights = gaussian(window, sigma);
    const blurred = mapSides(stack, blur(height, weights, inside), blur(width, weights, inside));
    const [meanA, meanB, squareA, squareB, product] = split(blurred, 5) as [Tensor, Tensor, Tensor, Tensor, Tensor];
    const [meansA, meansB, means] = [square(meanA), square(meanB), mul(meanA, meanB)];
    // Rounding may leave a flat patch a variance below 0.
    const variances = add(relu(sub(squareA, meansA)), relu(sub(squareB, meansB)));
    const contrast = div(add(mul(sub(product, means), 2), c2), add(variances, c2));
    const luminance = div(add(mul(means, 2), c1), add(add(meansA, meansB), c1));
    return { whole: mul(luminance, contrast), contrast };
  });
}

/** Side of the window unless given. */
export const WINDOW = 11;

function expectWindow(where: string, window: number, sigma: number): void {
  expectIntegers(where, { window });
  if (window % 2 === 0) throw new GenaiError(`${where}: window must be odd, got ${window}. Pass ${window + 1}.`);
  if (!(sigma > 0)) throw new GenaiError(`${where}: got sigma ${sigma}, expected a positive number.`);
}

/** `size` weights about the middle, with sum 1. */
function gaussian(size: number, sigma: number): Float64Array {
  const weights = Float64Array.from({ length: size }, (_, i) => Math.exp(-(((i - (size - 1) / 2) / sigma) ** 2) / 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** A weighted mean about each pixel, mirrored at the edge pixels, or only about those whose window lies inside. */
function blur(size: number, weights: Float64Array, inside: boolean): LineMap {
  const reach = inside ? 0 : (weights.length - 1) / 2;
  const last = size - 1;
  return lineMap(size, inside ? size - weights.length + 1 : size, (i) =>
    Array.from(weights, (weight, k) => [last - Math.abs(last - Math.abs(i + k - reach)), weight] as const),
  );
}
