import { expectIntegers, type Key, type Layer, split } from '@genai/core';
import { type DenseParams, glorotNormal, mlp, upsample, zeros } from '@genai/nn';
import { leakyRelu, normalNoise, scope } from '@genai/tensor';
import { add, mean, mul, reshape, rsqrt, square, type Tensor, tile } from '@tensorflow/tfjs-core';
import { each, initParts } from './init-parts.js';
import { type ModulatedConv2dParams, modulatedConv2d } from './modulated-conv2d.js';
import { pyramid } from './pyramid.js';

/** What a style-based generator is made of. */
export interface StyleSizes {
  readonly size: number;
  readonly channels: number;
  readonly width: number;
  readonly latents: number;
  /** Features of w, and how many layers lead to it. */
  readonly style: number;
  readonly depth: number;
}

/** A convolution, and how strong the noise behind it is. */
type StyledParams = { readonly convolution: ModulatedConv2dParams; readonly noise: Tensor };
type LevelParams = { readonly convolutions: readonly StyledParams[]; readonly output: ModulatedConv2dParams };

export type StyleGeneratorParams = {
  /** What the smallest image is made from, whatever the code, (side, side, channels). */
  readonly constant: Tensor;
  /** From the smallest image to the largest. */
  readonly levels: readonly LevelParams[];
  readonly mapping: readonly DenseParams[];
};

/** A generator whose two halves can be used singly, to mix styles say. */
export interface StyleGenerator extends Layer<Tensor, StyleGeneratorParams> {
  /** From codes z (batch, latents) to styles w (batch, style). */
  readonly mapping: (params: StyleGeneratorParams, z: Tensor) => Tensor;
  /** From styles, one for all levels or one for each, to images. With a `key` there is noise. */
  readonly synthesis: (params: StyleGeneratorParams, w: Tensor | readonly Tensor[], key?: Key) => Tensor;
  /** How many levels there are, one for each size of the image. */
  readonly levels: number;
}

/** Codes (batch, latents) to images (batch, size, size, channels). */
export function styleGenerator(
  where: string,
  { size, channels, width, latents, style, depth }: StyleSizes,
): StyleGenerator {
  expectIntegers(where, { channels, width, latents, style, depth });
  const { side, doublings } = pyramid(where, size);
  const widths = Array.from({ length: doublings + 1 }, (_, i) => width * 2 ** (doublings - i));
  const layers = mlp([latents, ...Array<number>(depth).fill(style)], { activation: leaky });
  const levels = widths.map((outputs, i) => level(widths[i - 1], outputs, channels, style));
  const constant = { init: (key: Key) => normalNoise(key, [side, side, widths[0]!]) };
  const mapping: StyleGenerator['mapping'] = (params, z) =>
    scope(() => leaky(layers.apply(params.mapping, mul(z, rsqrt(add(mean(square(z), -1, true), 1e-8))))));
  const synthesis: StyleGenerator['synthesis'] = (params, w, key) =>
    scope(() => {
      const all = levels.map((_, i) => (isList(w) ? w[Math.min(i, w.length - 1)]! : w));
      const keys = key && split(key, levels.length);
      let y = tile(reshape(params.constant, [1, side, side, widths[0]!]), [all[0]!.shape[0]!, 1, 1, 1]);
      let image: Tensor | undefined;
      for (const [i, { features, outputOf }] of levels.entries()) {
        y = features(params.levels[i]!, y, all[i]!, keys?.[i]); // (batch, side · 2^i, side · 2^i, …)
        const part = outputOf(params.levels[i]!, y, all[i]!);
        image = image ? add(doubled(image), part) : part; // (batch, side · 2^i, side · 2^i, channels)
      }
      return image!;
    });
  return {
    init: (key) => initParts<StyleGeneratorParams>({ constant, levels: each(levels), mapping: layers }, key),
    apply: (params, z, key) => scope(() => synthesis(params, mapping(params, z), key)),
    mapping,
    synthesis,
    levels: levels.length,
  };
}

/** One size of the image: doubled if anything comes before it, two convolutions (of the smallest, one), its part of the image. */
function level(inputs: number | undefined, outputs: number, channels: number, context: number) {
  const sizes = inputs === undefined ? [outputs] : [inputs, outputs];
  const layers = sizes.map((size) => modulatedConv2d(size, outputs, { context }));
  const output = modulatedConv2d(outputs, channels, {
    context,
    kernel: 1,
    demodulate: false,
    initializer: glorotNormal,
  });
  const noise = { init: (key: Key) => zeros(key, []) };
  const styled = layers.map((convolution) => ({
    init: (key: Key) => initParts<StyledParams>({ convolution, noise }, key),
  }));
  return {
    init: (key: Key) => initParts<LevelParams>({ convolutions: each(styled), output }, key),
    features: (params: LevelParams, x: Tensor, w: Tensor, key: Key | undefined): Tensor => {
      const keys = key && split(key, layers.length);
      return layers.reduce(
        (y, layer, i) => {
          const { convolution, noise } = params.convolutions[i]!;
          const z = layer.apply(convolution, { x: y, context: w });
          return leaky(keys ? add(z, mul(noise, normalNoise(keys[i]!, [...z.shape.slice(0, 3), 1]))) : z);
        },
        inputs === undefined ? x : doubled(x),
      );
    },
    outputOf: (params: LevelParams, y: Tensor, w: Tensor): Tensor => output.apply(params.output, { x: y, context: w }),
  };
}

function leaky(x: Tensor): Tensor {
  return leakyRelu(x, 0.2);
}

function doubled(x: Tensor): Tensor {
  return upsample().apply({}, x);
}

function isList(w: Tensor | readonly Tensor[]): w is readonly Tensor[] {
  return Array.isArray(w);
}
