import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import {
  add,
  div,
  mean,
  mul,
  sqrt,
  square,
  squaredDifference,
  sum,
  type Tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import type { FeatureMaps } from './image-features.js';

export interface LpipsOptions {
  /** For each map the weights of its channels, none negative: those trained on human judgements. All 1 unless given. */
  readonly weights?: readonly (Tensor | ArrayLike<number>)[];
}

/**
 * A perceptual distance of pairs of images: how far maps of features lie apart, each pixel's features scaled to length 1; 0 for equal
 * images.
 *
 * The result takes two batches of images, (batch, height, width, channels), to (batch): squared differences times the channels' weights, summed over channels, averaged over pixels, summed over maps.
 * Differentiable where the maps are. It is LPIPS only with the nets and weights published as such.
 *
 * @example
 * const distance = lpipsDistance(inceptionFeatures(params));
 * const loss = mean(distance(decoded, images));
 * @throws GenaiError when applied, if maps of the two differ in shape or there is not one weight for each channel.
 * @source Zhang et al. 2018, "The unreasonable effectiveness of deep features as a perceptual metric", eq. 1.
 */
export function lpipsDistance({ maps }: FeatureMaps, { weights }: LpipsOptions = {}): (a: Tensor, b: Tensor) => Tensor {
  return (a, b) =>
    scope(() => {
      const [left, right] = [maps(a), maps(b)];
      if (left.length === 0 || (weights && weights.length !== left.length)) {
        throw new GenaiError(
          `lpipsDistance: got ${left.length} maps and weights for ${weights?.length ?? 'none'}, expected at least one map, and ` +
            'weights for all or none.',
        );
      }
      const distances = left.map((map, i) => {
        expectShape('lpipsDistance', map, ['batch', 'rows', 'columns', 'channels']);
        expectShape('lpipsDistance: maps of the second images', right[i]!, map.shape);
        const apart = squaredDifference(directions(map), directions(right[i]!)); // (batch, rows, columns, channels)
        const weight = weights?.[i];
        return mean(sum(weight === undefined ? apart : weighted(apart, weight), 3), [1, 2]); // (batch)
      });
      return distances.reduce((total, distance) => add(total, distance));
    });
}

/** Vectors of features of length 1. Where all are 0 they stay so, with a gradient that is a number. */
function directions(map: Tensor): Tensor {
  return div(map, sqrt(add(sum(square(map), 3, true), 1e-20)));
}

function weighted(apart: Tensor, weights: Tensor | ArrayLike<number>): Tensor {
  const factors = 'dataId' in weights ? (weights as Tensor) : tensor1d(Float32Array.from(weights as ArrayLike<number>));
  expectShape('lpipsDistance: weights of a map', factors, [apart.shape[3]!]);
  return mul(apart, factors);
}
