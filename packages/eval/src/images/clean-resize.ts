import { expectIntegers } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { type LineMap, lineMap, mapSides } from './map-sides.js';

/** How far around it an old pixel is seen, as a part of a pixel's weight. */
export type ResizeFilter = 'box' | 'bilinear' | 'bicubic' | 'lanczos';

export interface CleanResizeOptions {
  /** `'bicubic'` unless given, as clean-fid has it. */
  readonly filter?: ResizeFilter;
}

/**
 * Images of another size, without aliasing, as Pillow resizes pictures of floats: when shrinking, the filter grows with the step.
 *
 * images: (…, height, width, channels) → (…, newHeight, newWidth, channels), a batch or one image, of any range. Nothing is rounded or
 * clipped: bicubic and Lanczos filters leave the range of the pixels by some per cent. Differentiable.
 *
 * @example
 * const small = clipByValue(cleanResize(images, [32, 32]), 0, 1); // (batch, 218, 178, 3) → (batch, 32, 32, 3)
 * @throws GenaiError unless the images have three or four dimensions, none of them 0, and the sizes are integers of at least 1.
 * @source Parmar et al. 2022, "On aliased resizing and surprising subtleties in GAN evaluation", section 3.
 */
export function cleanResize(
  images: Tensor,
  [newHeight, newWidth]: readonly [height: number, width: number],
  { filter = 'bicubic' }: CleanResizeOptions = {},
): Tensor {
  const single = images.rank === 3;
  const [height, width, channels] = single
    ? expectShape('cleanResize', images, ['height', 'width', 'channels'])
    : expectShape('cleanResize', images, ['batch', 'height', 'width', 'channels']).slice(1);
  expectIntegers('cleanResize', { height: height!, width: width!, newHeight, newWidth });
  return scope(() => {
    const batch = single ? reshape(images, [1, height!, width!, channels!]) : images;
    const sized = mapSides(batch, resampling(height!, newHeight, filter), resampling(width!, newWidth, filter));
    return single ? reshape(sized, [newHeight, newWidth, channels!]) : sized;
  });
}

function resampling(from: number, to: number, filter: ResizeFilter): LineMap {
  const { reach, weight } = FILTERS[filter];
  const step = from / to;
  const stretch = Math.max(step, 1);
  return lineMap(from, to, (i) => {
    const centre = (i + 0.5) * step;
    const first = Math.max(0, Math.trunc(centre - reach * stretch + 0.5));
    const end = Math.min(from, Math.trunc(centre + reach * stretch + 0.5));
    const weights = Array.from({ length: end - first }, (_, k) => weight((first + k + 0.5 - centre) / stretch));
    const total = weights.reduce((sum, w) => sum + w, 0);
    return weights.map((w, k) => [first + k, w / total] as const);
  });
}

/** Weights by the distance from the centre, in pixels of the larger grid, and beyond which they are 0. */
const FILTERS: {
  readonly [filter in ResizeFilter]: { readonly reach: number; readonly weight: (x: number) => number };
} = {
  box: { reach: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { reach: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { reach: 2, weight: (x) => cubic(Math.abs(x), -0.5) },
  lanczos: { reach: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Keys 1981, "Cubic convolution interpolation for digital image processing", eq. 4 with a free slope `a`. */
function cubic(x: number, a: number): number {
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}
