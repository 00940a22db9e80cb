import { expectIntegers, type Key, type Layer, split } from '@genai/core';
import {
  type ConvolutionParams,
  conv2d,
  type DenseParams,
  dense,
  downsample,
  fansOf,
  heNormal,
  type Initializer,
  upsample,
  zeros,
} from '@genai/nn';
import { expectShape, leakyRelu, normalNoise, scope } from '@genai/tensor';
import { add, mul, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { each, initParts } from './init-parts.js';
import { pyramid } from './pyramid.js';

/** What the nets of R3GAN are made of. */
export interface R3ganSizes {
  readonly size: number;
  readonly channels: number;
  readonly width: number;
  readonly blocks: number;
  readonly expansion: number;
}

type BlockParams = {
  readonly narrow: ConvolutionParams;
  readonly spatial: ConvolutionParams;
  readonly wide: ConvolutionParams;
};
/** The blocks at one size of the image, and the 1 × 1 convolution that leads there from another number of channels. */
type StageParams = { readonly blocks: readonly BlockParams[]; readonly join?: ConvolutionParams };

export type R3ganGeneratorParams = {
  /** An image of the smallest size, (side, side, channels), whose channels the code weighs. */
  readonly basis: Tensor;
  readonly last: ConvolutionParams;
  readonly project: DenseParams;
  /** From the smallest image to the largest. */
  readonly stages: readonly StageParams[];
};
export type R3ganFeaturesParams = {
  /** What each channel of the smallest image is compared with, (side, side, channels). */
  readonly basis: Tensor;
  readonly first: ConvolutionParams;
  /** From the largest image to the smallest. */
  readonly stages: readonly StageParams[];
};

/** Codes (batch, inputs) to images (batch, size, size, channels). */
export function r3ganGenerator(
  where: string,
  inputs: number,
  { size, channels, width, blocks, expansion }: R3ganSizes,
): Layer<Tensor, R3ganGeneratorParams> {
  const { side, widths } = stagesOf(where, { size, channels, width, blocks, expansion });
  const inwards = widths.toReversed();
  const project = dense(inputs, inwards[0]!, { initializer: scaled(1) });
  const layers = inwards.map((outputs, i) =>
    stage(inwards[i - 1], outputs, upsample().apply, { blocks, expansion, total: blocks * widths.length }),
  );
  const last = conv2d(width, channels, { kernel: 1, bias: false, initializer: scaled(1) });
  const stages = each(layers);
  const basis = { init: (key: Key) => normalNoise(key, [side, side, inwards[0]!]) };
  return {
    init: (key) => initParts<R3ganGeneratorParams>({ basis, last, project, stages }, key),
    apply: (params, z) =>
      scope(() => {
        const shares = reshape(project.apply(params.project, z), [-1, 1, 1, inwards[0]!]);
        const start = mul(params.basis, shares); // (batch, side, side, width · 2^doublings)
        const y = layers.reduce((y, layer, i) => layer.apply(params.stages[i]!, y), start); // (batch, size, size, width)
        return last.apply(params.last, y);
      }),
  };
}

/** Images to what they are judged by, (batch, features). */
export function r3ganFeatures(
  where: string,
  { size, channels, width, blocks, expansion }: R3ganSizes,
): { readonly layer: Layer<Tensor, R3ganFeaturesParams>; readonly features: number } {
  const { side, widths } = stagesOf(where, { size, channels, width, blocks, expansion });
  const features = widths.at(-1)!;
  const first = conv2d(channels, width, { kernel: 1, bias: false, initializer: scaled(1) });
  const layers = widths.map((outputs, i) =>
    stage(widths[i - 1], outputs, downsample().apply, { blocks, expansion, total: blocks * widths.length }),
  );
  const stages = each(layers);
  const basis = {
    init: (key: Key) => scope(() => mul(normalNoise(key, [side, side, features]), 1 / side)), // a sum of side² terms
  };
  const layer: Layer<Tensor, R3ganFeaturesParams> = {
    init: (key) => initParts<R3ganFeaturesParams>({ basis, first, stages }, key),
    apply: (params, x) =>
      scope(() => {
        expectShape(`${where}: images`, x, ['batch', size, size, channels]);
        const start = first.apply(params.first, x); // (batch, size, size, width)
        const y = layers.reduce((y, layer, i) => layer.apply(params.stages[i]!, y), start); // (batch, side, side, features)
        return sum(mul(y, params.basis), [1, 2]); // (batch, features)
      }),
  };
  return { layer, features };
}

/** Channels at each size of the image, from the largest inwards. */
function stagesOf(
  where: string,
  { size, ...counts }: R3ganSizes,
): { readonly side: number; readonly widths: number[] } {
  expectIntegers(where, counts);
  const { side, doublings } = pyramid(where, size);
  return { side, widths: Array.from({ length: doublings + 1 }, (_, i) => counts.width * 2 ** i) };
}

/** Resampled from `inputs` channels if there are any, then `blocks` residual blocks. */
function stage(
  inputs: number | undefined,
  outputs: number,
  resample: (params: Record<string, never>, y: Tensor) => Tensor,
  { blocks, expansion, total }: { readonly blocks: number; readonly expansion: number; readonly total: number },
): Layer<Tensor, StageParams> {
  const layers = Array.from({ length: blocks }, () => block(outputs, expansion * outputs, total));
  const all = each(layers);
  const join = inputs ? conv2d(inputs, outputs, { kernel: 1, bias: false, initializer: scaled(1) }) : undefined;
  // Resampling and a 1 × 1 convolution commute: whichever makes the image small goes first.
  const joined = (params: ConvolutionParams, y: Tensor): Tensor =>
    inputs! > outputs ? resample({}, join!.apply(params, y)) : join!.apply(params, resample({}, y));
  return {
    init: (key) => initParts<StageParams>(join ? { blocks: all, join } : { blocks: all }, key),
    apply: (params, x) =>
      scope(() => {
        const start = params.join ? joined(params.join, x) : x;
        return layers.reduce((y, layer, i) => layer.apply(params.blocks[i]!, y), start);
      }),
  };
}

/** y + 1 × 1 (lrelu(3 × 3 (lrelu(1 × 1 (y))))), biases before the leaky ReLUs: the identity at first. */
function block(width: number, inner: number, total: number): Layer<Tensor, BlockParams> {
  // Fixup: L^(−1 / (2m − 2)) for L blocks of m = 3 layers, the last of them 0.
  const initializer = scaled(Math.SQRT2 * total ** -0.25);
  const narrow = conv2d(width, inner, { kernel: 1, initializer });
  const spatial = conv2d(inner, inner, { initializer });
  const wide = conv2d(inner, width, { kernel: 1, bias: false, initializer: zeros });
  return {
    init: (key) => {
      const [first, second, third] = split(key, 3);
      return scope(() => ({ narrow: narrow.init(first), spatial: spatial.init(second), wide: wide.init(third) }));
    },
    apply: (params, x) =>
      scope(() => {
        const a = leakyRelu(narrow.apply(params.narrow, x), 0.2); // (batch, height, width, inner)
        const b = leakyRelu(spatial.apply(params.spatial, a), 0.2);
        return add(x, wide.apply(params.wide, b));
      }),
  };
}

/** N(0, gain² / inputs). */
function scaled(gain: number): Initializer {
  return (key, shape, fans = fansOf(shape)) => scope(() => mul(heNormal(key, shape, fans), gain / Math.SQRT2));
}
