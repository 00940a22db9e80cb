import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { conv2d, conv2dTranspose, dropout as dropping, type UnetParams, unet } from '@genai/nn';
import { expectShape, leakyRelu, scope } from '@genai/tensor';
import { relu, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { dcganInitializer } from './dcgan-nets.js';
import { initParts } from './init-parts.js';
import { instanceNorm, type NormedParams, normed, type TranslationNorm } from './translation-norm.js';

export interface UnetTranslatorOptions {
  /** Side of the square pictures, any from 8; 28 unless given. */
  readonly size?: number;
  /** Channels of what it is given; 1 unless given. */
  readonly channels?: number;
  /** Channels of what it makes; as many unless given. */
  readonly outputs?: number;
  /** Channels beside the picture; they double as it halves, up to eight times as many. 64 unless given. */
  readonly width?: number;
  /** How often the picture is halved: until it is 2 × 2 unless given. */
  readonly halvings?: number;
  /** The share of elements that dropout sets to 0, where the way back has pictures of 8 × 8 or less; 0.5 unless given. */
  readonly dropout?: number;
  /** Makes the norm behind each convolution but the outermost and the innermost on the way in; instance norm unless given. */
  readonly norm?: TranslationNorm;
}

/** The way in halves, the way back doubles; the innermost of both stand together in the middle. */
export type UnetTranslatorParams = UnetParams<
  NormedParams,
  NormedParams,
  { readonly enter: NormedParams; readonly leave: NormedParams }
>;

/**
 * A translator that halves a picture step by step and doubles it again, with what it found at each size at hand on the way
 * back: (batch, size, size, channels) → (batch, size, size, outputs) in [−1, 1]. For pairs whose edges lie in one place.
 *
 * Its noise is dropout, which acts with a key: also when one samples, not in training alone. Convolutions are 4 × 4 with
 * stride 2, leaky ReLU on the way in and ReLU on the way back; where a side is odd they are 3 × 3, so that 7 becomes 4 and
 * 4 becomes 7 again. Weights begin as N(0, 0.02²).
 *
 * @example
 * const model = pairedTranslation({
 *   translator: unetTranslator({ size: 64, channels: 1, outputs: 3 }),
 *   critic: pairedChannels(patchCritic({ channels: 1 + 3 })),
 * });
 * @throws GenaiError if a size is not an integer of at least 1, `size` is less than 8, there are fewer than two halvings or
 * more than the size allows, or the dropout is not from 0 to below 1; when applied, if it is given other pictures.
 * @source Isola et al. 2017, "Image-to-image translation with conditional adversarial networks", section 3.2.1 and appendix 6.1.1.
 */
export function unetTranslator({
  size = 28,
  channels = 1,
  outputs = channels,
  width = 64,
  halvings,
  dropout = 0.5,
  norm = instanceNorm,
}: UnetTranslatorOptions = {}): Layer<Tensor, UnetTranslatorParams> {
  expectIntegers('unetTranslator', { channels, outputs, width });
  const sides = sidesOf(size, halvings);
  const depth = sides.length - 1;
  const drop = dropping(dropout);
  const widths = Array.from({ length: depth }, (_, i) => width * Math.min(2 ** i, 8));
  const normOf = (count: number, there: boolean) => (norm && there ? norm(count) : undefined);
  /** From sides[i] to sides[i + 1]. */
  const halved = (i: number): Layer<Tensor, NormedParams> => {
    const behind = normOf(widths[i]!, i > 0 && i < depth - 1);
    const step = { ...stepOf(sides[i]!), bias: !behind };
    const layer = normed(conv2d(widths[i - 1] ?? channels, widths[i]!, step), behind);
    // ReLU of what is leaky has the same positive part: the way back may see this before its activation.
    return { init: layer.init, apply: (params, x) => scope(() => layer.apply(params, i > 0 ? leakyRelu(x, 0.2) : x)) };
  };
  /** From sides[i + 1] to sides[i]. */
  const doubled = (i: number, inputs: number): Layer<Tensor, NormedParams> => {
    const made = i > 0 ? widths[i - 1]! : outputs;
    const behind = normOf(made, i > 0);
    const layer = normed(conv2dTranspose(inputs, made, { ...stepOf(sides[i]!), bias: !behind }), behind);
    const drops = i > 0 && sides[i]! <= 8;
    return {
      init: layer.init,
      apply: (params, x, key) =>
        scope(() => {
          const y = layer.apply(params, relu(x)); // (batch, side, side, made)
          return drops ? drop.apply({}, y, key) : y;
        }),
    };
  };
  const last = depth - 1;
  const middle = { enter: halved(last), leave: doubled(last, widths[last]!) };
  const net = unet<NormedParams, NormedParams, UnetTranslatorParams['middle']>({
    levels: widths.slice(0, -1).map((count, i) => ({ enter: halved(i), leave: doubled(i, 2 * count) })),
    middle: {
      init: (key) => initParts<UnetTranslatorParams['middle']>(middle, key),
      apply: (params, x, key) =>
        scope(() => middle.leave.apply(params.leave, middle.enter.apply(params.enter, x), key)),
    },
  });
  return {
    init: net.init,
    apply: (params, x, key) =>
      scope(() => {
        expectShape('unetTranslator: pictures', x, ['batch', size, size, channels]);
        return tanh(net.apply(params, x, key)); // (batch, size, size, outputs)
      }),
  };
}

/** The side of the picture and what halvings make of it, ⌈side / 2⌉ each. */
function sidesOf(size: number, halvings: number | undefined): readonly number[] {
  expectIntegers('unetTranslator', { size }, 8);
  if (halvings !== undefined) expectIntegers('unetTranslator', { halvings }, 2);
  const sides = [size];
  while (halvings === undefined ? sides.at(-1)! > 2 : sides.length <= halvings) {
    if (sides.at(-1) === 1) {
      throw new GenaiError(
        `unetTranslator: ${halvings} halvings of ${size} pixels: after ${sides.length - 1} there is one pixel. Pass fewer.`,
      );
    }
    sides.push(Math.ceil(sides.at(-1)! / 2));
  }
  return sides;
}

/** The convolution that halves this side, and whose transpose gives it back. */
function stepOf(side: number) {
  return { kernel: side % 2 === 0 ? 4 : 3, strides: 2, padding: 1, initializer: dcganInitializer } as const;
}
