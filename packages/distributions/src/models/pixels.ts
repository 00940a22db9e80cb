import { expectIntegers, GenaiError, type Layer, type Model } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, relu, reshape, split, sub, type Tensor, tanh } from '@tensorflow/tfjs-core';
import {
  type Discretization,
  type DiscretizedLogisticMixture,
  discretizedLogisticMixture,
  expectDiscretization,
  type LogisticMixtureParts,
} from '../discretized-logistic-mixture.js';
import { type Independent, independent } from '../independent.js';
import { eventRank } from './event-rank.js';

export interface PixelsOptions extends Discretization {
  /** How many logistics share a pixel. */
  readonly mixtures: number;
  /** How many axes in front of the net's output are the batch; 1 unless given. */
  readonly batchAxes?: number;
}

/**
 * A net that gives a mixture of discretised logistics for each pixel of an image: for each channel a probability of every
 * one of 256 values from 0 to 1 (or `bins` from `min` to `max`).
 *
 * The net's output has shape (batch, height, width, outputs), where outputs is `mixtures` · 3 for one channel and
 * `mixtures` · 10 for three, whose centres then depend on the channels before them ({@link pixelOutputs}); an event has
 * shape (height, width, channels).
 *
 * @example
 * const decoder = pixels(net, { mixtures: 10 }); // net: (batch, 16) to (batch, 32, 32, pixelOutputs({ mixtures: 10, channels: 3 }))
 * @throws GenaiError if `mixtures` or `bins` is too small or `min` not below `max`; when it is given a context, if the last
 * axis of the net's output fits no number of channels.
 * @source Salimans et al. 2017, "PixelCNN++", sections 2.1 and 2.2.
 */
export function pixels<P>(
  net: Layer<Tensor, P>,
  { mixtures, batchAxes = 1, ...discretization }: PixelsOptions,
): Model<P, Independent<DiscretizedLogisticMixture>, Tensor> {
  expectIntegers('pixels', { mixtures });
  expectDiscretization('pixels', discretization);
  return {
    init: net.init,
    given: (params, context, key) => {
      const { rank, parts } = scope(() => {
        const output = net.apply(params, context, key); // (…batch, height, width, outputs)
        return { rank: eventRank('pixels', output, batchAxes) - 1, parts: cut(output, mixtures) };
      });
      return independent(discretizedLogisticMixture(parts, discretization), rank);
    },
  };
}

/**
 * How many numbers a net must give for a pixel: per mixture a weight, then a centre and a scale per channel and a
 * coefficient per pair of channels.
 *
 * @example
 * pixelOutputs({ mixtures: 10, channels: 3 }); // 100
 */
export function pixelOutputs({ mixtures, channels }: { readonly mixtures: number; readonly channels: number }): number {
  return mixtures * ((channels + 1) * (channels + 2)) * 0.5; // 1 + 2 channels + channels (channels − 1) / 2, each
}

/** outputs = weights | centres | log scales | coefficients, each of the last three mixture by mixture. */
function cut(output: Tensor, mixtures: number): LogisticMixtureParts {
  const outputs = output.shape.at(-1) ?? 0;
  const channels = Math.round(Math.sqrt((2 * outputs) / mixtures + 0.25) - 1.5);
  if (channels < 1 || pixelOutputs({ mixtures, channels }) !== outputs) {
    const wanted = [1, 3].map((channels) => `${pixelOutputs({ mixtures, channels })} (channels: ${channels})`);
    throw new GenaiError(
      `pixels: the net gives shape [${output.shape.join(', ')}], expected the last axis to be ${wanted.join(' or ')} for ${mixtures} mixtures.`,
    );
  }
  const pairs = (channels * (channels - 1)) / 2;
  const sizes = [1, channels, channels, ...(pairs ? [pairs] : [])];
  const [logits, loc, raw, slopes] = split(
    output,
    sizes.map((size) => size * mixtures),
    -1,
  ) as [Tensor, Tensor, Tensor, Tensor | undefined];
  const perMixture = (x: Tensor): Tensor => reshape(x, [...x.shape.slice(0, -1), mixtures, x.shape.at(-1)! / mixtures]);
  return {
    logits,
    loc: perMixture(loc),
    logScale: add(relu(sub(perMixture(raw), LOWEST)), LOWEST), // at least LOWEST
    ...(slopes && { coefficients: tanh(perMixture(slopes)) }),
  };
}

const LOWEST = -7; // of a log scale, as in PixelCNN++: an eighth of the step between two of 256 values
