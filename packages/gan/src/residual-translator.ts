import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { conv2d, conv2dTranspose } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { add, relu, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { dcganInitializer } from './dcgan-nets.js';
import { each, initParts } from './init-parts.js';
import { instanceNorm, type NormedParams, normed, type TranslationNorm } from './translation-norm.js';
import { mirrored } from './translation-padding.js';

export interface ResidualTranslatorOptions {
  /** Channels of what it is given; 1 unless given. */
  readonly channels?: number;
  /** Channels of what it makes; as many unless given. */
  readonly outputs?: number;
  /** Channels at full size; four times as many at a quarter of it. 64 unless given. */
  readonly width?: number;
  /** Residual blocks at a quarter of the size; 6 unless given, which the paper has for 128 × 128, and 9 for 256 × 256. */
  readonly blocks?: number;
  /** Makes the norm behind each convolution but the last; instance norm unless given. */
  readonly norm?: TranslationNorm;
}

export type ResidualTranslatorParams = {
  readonly open: NormedParams;
  readonly down: readonly NormedParams[];
  readonly blocks: readonly { readonly first: NormedParams; readonly second: NormedParams }[];
  readonly up: readonly NormedParams[];
  readonly close: NormedParams;
};

/**
 * A translator that works at a quarter of the size by residual blocks: (batch, height, width, channels) → (batch, height,
 * width, outputs) in [−1, 1], for pictures of any size from 8 × 8 whose sides 4 divides. c7s1-64, d128, d256, R256 …, u128,
 * u64, c7s1-3 of the paper, with reflections at the borders of convolutions without stride.
 *
 * It has no noise: the same picture gives the same. Weights begin as N(0, 0.02²). Instance norm of 8 × 8 pixels has four
 * positions to go by at a quarter of the size, and is then very sensitive: 16 × 16 or more is better. Convolutions with stride
 * see zeros below and to the right of the picture, where the authors' program has them above and to the left; the transposed
 * ones match.
 *
 * @example
 * const net = () => residualTranslator({ channels: 3, width: 64, blocks: 6 });
 * const critic = () => patchCritic({ channels: 3 });
 * const model = cycleGan({ there: net(), back: net(), criticThere: critic(), criticBack: critic() });
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if it is given other pictures.
 * @source Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks", appendix 7.2;
 * Johnson et al. 2016, "Perceptual losses for real-time style transfer and super-resolution" (the net).
 */
export function residualTranslator({
  channels = 1,
  outputs = channels,
  width = 64,
  blocks = 6,
  norm = instanceNorm,
}: ResidualTranslatorOptions = {}): Layer<Tensor, ResidualTranslatorParams> {
  expectIntegers('residualTranslator', { channels, outputs, width, blocks });
  const wide = 4 * width;
  const common = { bias: norm === false, initializer: dcganInitializer };
  const behind = (count: number) => (norm ? norm(count) : undefined);
  const plain = (inputs: number, made: number, kernel: number): Layer<Tensor, NormedParams> =>
    normed(conv2d(inputs, made, { ...common, kernel, padding: 'valid' }), behind(made));
  const open = plain(channels, width, 7);
  const down = [width, 2 * width].map((inputs) =>
    normed(conv2d(inputs, 2 * inputs, { ...common, strides: 2 }), behind(2 * inputs)),
  );
  const body = Array.from({ length: blocks }, () => ({ first: plain(wide, wide, 3), second: plain(wide, wide, 3) }));
  const up = [wide, wide / 2].map((inputs) =>
    normed(conv2dTranspose(inputs, inputs / 2, { ...common, strides: 2 }), behind(inputs / 2)),
  );
  const close = normed(conv2d(width, outputs, { kernel: 7, padding: 'valid', initializer: dcganInitializer }));
  const around = (x: Tensor, padding: number): Tensor => mirrored('residualTranslator', x, padding);
  return {
    init: (key) =>
      initParts<ResidualTranslatorParams>(
        {
          open,
          down: each(down),
          blocks: each(
            body.map((parts) => ({ init: (k) => initParts<ResidualTranslatorParams['blocks'][number]>(parts, k) })),
          ),
          up: each(up),
          close,
        },
        key,
      ),
    apply: (params, x) =>
      scope(() => {
        expectPictures(x, channels);
        let y = relu(open.apply(params.open, around(x, 3))); // (batch, height, width, width)
        for (const [i, layer] of down.entries()) y = relu(layer.apply(params.down[i]!, y));
        for (const [i, { first, second }] of body.entries()) {
          const own = params.blocks[i]!;
          const inner = relu(first.apply(own.first, around(y, 1))); // (batch, height / 4, width / 4, 4 · width)
          y = add(y, second.apply(own.second, around(inner, 1)));
        }
        for (const [i, layer] of up.entries()) y = relu(layer.apply(params.up[i]!, y));
        return tanh(close.apply(params.close, around(y, 3))); // (batch, height, width, outputs)
      }),
  };
}

function expectPictures(x: Tensor, channels: number): void {
  const sides = expectShape('residualTranslator', x, ['batch', 'height', 'width', channels]).slice(1, 3);
  if (sides.every((side) => side % 4 === 0 && side >= 8)) return;
  throw new GenaiError(
    `residualTranslator: got pictures of ${sides.join(' × ')}, expected sides that 4 divides, of at least 8. Pad them.`,
  );
}
