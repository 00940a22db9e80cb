import { GenaiError } from '@genai/core';
import { add, mean, mul, ones, reshape, rsqrt, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { isFused } from './fused.js';
import { fusedGroups, NORM_GROUPS_WIDEST } from './fused-norm.js';
import { sumRows } from './sum-rows.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * Normalises each example and each group of neighbouring channels to mean 0 and variance 1, then scales and shifts
 * every channel.
 *
 * x: (batch, …, channels), scale and shift: (channels). `epsilon` is added to the variance, 1e-5 unless given.
 *
 * @example
 * const y = groupNorm(images, params.scale, params.shift, { groups: 8 }); // images: (batch, height, width, channels)
 * @throws GenaiError if groups does not divide the channels, or scale or shift do not have their number.
 * @source Wu and He 2018, "Group normalization", eq. 7.
 */
export function groupNorm(
  x: Tensor,
  scale: Tensor,
  shift: Tensor,
  { groups, epsilon = 1e-5 }: { readonly groups: number; readonly epsilon?: number },
): Tensor {
  const { shape } = x;
  if (shape.length < 2) {
    throw new GenaiError(`groupNorm: x: got shape [${shape.join(', ')}], expected [batch, …, channels].`);
  }
  const channels = shape.at(-1)!;
  if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
    throw new GenaiError(`groupNorm: ${channels} channels cannot be parted into ${groups} groups of one size.`);
  }
  expectShape('groupNorm: scale', scale, [channels]);
  expectShape('groupNorm: shift', shift, [channels]);
  const flat = [shape[0]!, x.size / shape[0]! / channels, channels]; // (batch, positions, channels)
  /** Sums over positions, (batch, 1, channels), to the mean over the group, one for each channel. */
  const groupMean = (sums: Tensor): Tensor => {
    const parted = reshape(sums, [shape[0]!, groups, channels / groups]);
    const means = mean(parted, -1, true);
    return reshape(mul(means, mul(ones(parted.shape), 1 / flat[1]!)), [shape[0]!, 1, channels]);
  };
  const normalise = (x: Tensor, sumPositions: (x: Tensor) => Tensor) => {
    const centre = groupMean(sumPositions(x)); // (batch, 1, channels)
    const centred = sub(x, centre);
    const invDeviation = rsqrt(add(groupMean(sumPositions(square(centred))), epsilon)); // (batch, 1, channels)
    return { centre, centred, invDeviation };
  };
  const plain: Rule['plain'] = ([x, scale, shift]) => {
    const { centred, invDeviation } = normalise(reshape(x!, flat), (t) => sum(t, 1, true));
    return reshape(add(mul(mul(centred, invDeviation), scale!), shift!), shape);
  };
  if (x.size > 0 && channels <= NORM_GROUPS_WIDEST && isFused('GenaiNormGroups', x, scale, shift)) {
    return withGradient([x, scale, shift], { ...fusedGroups(groups, epsilon), plain });
  }
  return withGradient([x, scale, shift], {
    forward: (x, scale, shift) => {
      const { centre, centred, invDeviation } = normalise(reshape(x, flat), sumRows);
      const value = reshape(add(mul(centred, mul(invDeviation, scale)), shift), shape);
      return { value, kept: [centre, invDeviation] };
    },
    backward: (dy, [x, scale], [centre, invDeviation]) => {
      const slope = reshape(dy, flat);
      const normal = mul(sub(reshape(x!, flat), centre!), invDeviation!);
      const slopes = sumRows(slope); // (batch, 1, channels)
      const products = sumRows(mul(slope, normal)); // (batch, 1, channels)
      // dx = (g − mean g − n · mean(g n)) / σ, with g = dy · scale, means over the group
      const common = add(groupMean(mul(slopes, scale!)), mul(normal, groupMean(mul(products, scale!))));
      const dx = mul(sub(mul(slope, scale!), common), invDeviation!);
      return [reshape(dx, shape), sum(products, [0, 1]), sum(slopes, [0, 1])];
    },
    plain,
  });
}
