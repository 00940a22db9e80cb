import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, cast, exp, greater, log, mean, mul, slice, sub, type Tensor } from '@tensorflow/tfjs-core';
import { lineMap, mapSides } from './map-sides.js';
import { expectPairs } from './psnr.js';
import { type SsimOptions, similarityMaps, WINDOW } from './ssim.js';

export interface MultiScaleSsimOptions extends SsimOptions {
  /** The exponent of each scale, the finest first; those of the paper unless given. */
  readonly exponents?: readonly number[];
}

/**
 * The structural similarity of pairs of images at several scales, each half as large as the one before: ssim ^ exponent at the last,
 * times contrast-and-structure ^ exponent at the others; what is below 0 counts as 0.
 *
 * a, b: (batch, height, width, channels); result: (batch), at most 1. Differentiable to any order. With five scales and a window of 11
 * the sides must be at least 176.
 *
 * @example
 * const similarity = multiScaleSsim(decoded, images, { range: 1, exponents: [0.5, 0.5] }); // 22 pixels suffice for two scales
 * @throws GenaiError unless both have that one shape, large enough for the window at the last scale, and the options are in range.
 * @source Wang et al. 2003, "Multiscale structural similarity for image quality assessment", eq. 7.
 */
export function multiScaleSsim(
  a: Tensor,
  b: Tensor,
  { exponents = EXPONENTS, ...options }: MultiScaleSsimOptions,
): Tensor {
  const [, height, width] = expectPairs('multiScaleSsim', a, b, options.range);
  const least = (options.window ?? WINDOW) * 2 ** (exponents.length - 1);
  if (exponents.length === 0 || Math.min(height, width) < least) {
    throw new GenaiError(
      `multiScaleSsim: got images of ${height} × ${width}, expected sides of at least ${least} for ${exponents.length} scales. ` +
        'Pass fewer exponents, at least one, or a smaller window.',
    );
  }
  return scope(() => {
    let [x, y] = [a, b];
    const parts = exponents.map((exponent, i) => {
      if (i > 0) [x, y] = [halved(x), halved(y)];
      const { whole, contrast } = similarityMaps('multiScaleSsim', x, y, options);
      const map = i + 1 < exponents.length ? cropped(contrast, options) : whole;
      return power(mean(map, [1, 2, 3]), exponent); // (batch)
    });
    return parts.reduce((product, part) => mul(product, part));
  });
}

/** Of the paper's section 3.2. */
const EXPONENTS: readonly number[] = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

/** Without the places whose window leaves the image: torchmetrics takes the mean of this part over the others alone. */
function cropped(maps: Tensor, { window = WINDOW, inside = false }: SsimOptions): Tensor {
  if (inside) return maps;
  const edge = (window - 1) / 2;
  const [, height, width] = maps.shape as [number, number, number, number];
  return slice(maps, [0, edge, edge, 0], [-1, height - 2 * edge, width - 2 * edge, -1]);
}

/** Means of 2 × 2 pixels; an odd last row or column is left out. */
function halved(images: Tensor): Tensor {
  const pairs = (size: number) =>
    lineMap(size, Math.floor(size / 2), (i) => [
      [2 * i, 0.5],
      [2 * i + 1, 0.5],
    ]);
  return mapSides(images, pairs(images.shape[1]!), pairs(images.shape[2]!));
}

/** max(x, 0) ^ exponent, whose gradient is 0 where x is not positive: that of tfjs' pow is no number there. */
function power(x: Tensor, exponent: number): Tensor {
  const positive = cast(greater(x, 0), 'float32');
  const safe = add(mul(x, positive), sub(1, positive));
  return mul(exp(mul(log(safe), exponent)), positive);
}
