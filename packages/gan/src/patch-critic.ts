import { expectIntegers, GenaiError, type Layer } from '@genai/core';
import { conv2d } from '@genai/nn';
import { expectShape, leakyRelu, scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { dcganInitializer } from './dcgan-nets.js';
import { each } from './init-parts.js';
import { instanceNorm, type NormedParams, normed, type TranslationNorm } from './translation-norm.js';

export interface PatchCriticOptions {
  /** Channels of what is judged; 1 unless given. Of pairs seen through {@link pairedChannels}: those of both together. */
  readonly channels?: number;
  /** Channels beside the image; they double as it halves, up to eight times as many. 64 unless given. */
  readonly width?: number;
  /**
   * Convolutions with stride 2, which make the patches large: 16, 34, 70, 142 pixels a side for 1, 2, 3, 4; 3 unless given.
   * With 0 all convolutions are 1 × 1 and each pixel is judged by itself.
   */
  readonly layers?: number;
  /** Makes the norm behind each convolution but the first and the last; instance norm unless given. */
  readonly norm?: TranslationNorm;
}

/** One entry for each convolution. */
export type PatchCriticParams = readonly NormedParams[];

/**
 * A critic that judges patches, which overlap, each by itself: (batch, height, width, channels) → (batch, rows, columns, 1),
 * a number for each patch. It sees textures and edges, and leaves what the whole picture is to the distance beside it.
 *
 * Made for the games of translations ({@link pix2pix}, {@link cycleConsistent}), whose losses are means over all patches of
 * all pictures: a mean of losses, which is not the loss of the mean. A `gan` takes one number an example and refuses it.
 *
 * @example
 * const critic = pairedChannels(patchCritic({ channels: 3 + 1, width: 64, layers: 3 })); // photographs of drawings
 * @throws GenaiError if a size is not an integer of at least 1 (`layers`: 0); when applied, if the pictures are too small for
 * the layers or do not have `channels`.
 * @source Isola et al. 2017, "Image-to-image translation with conditional adversarial networks", section 3.2.2 and appendix 6.1.2.
 */
export function patchCritic({
  channels = 1,
  width = 64,
  layers = 3,
  norm = instanceNorm,
}: PatchCriticOptions = {}): Layer<Tensor, PatchCriticParams> {
  expectIntegers('patchCritic', { channels, width });
  expectIntegers('patchCritic', { layers }, 0);
  // C64-C128-C256-C512 of appendix 6.1.2; of single pixels C64-C128.
  const halving = layers > 0;
  const widths = Array.from({ length: layers + (halving ? 1 : 2) }, (_, i) => width * Math.min(2 ** i, 8));
  const parts = [...widths, 1].map((outputs, i) => {
    const first = i === 0;
    const last = i === widths.length;
    const behind = norm && !first && !last ? norm(outputs) : undefined;
    const convolution = conv2d(widths[i - 1] ?? channels, outputs, {
      ...(halving ? { kernel: 4, strides: i < layers ? 2 : 1, padding: 1 } : { kernel: 1 }),
      bias: !behind, // a norm would take it away
      initializer: dcganInitializer,
    });
    return normed(convolution, behind);
  });
  // Halved, sides must leave 3 pixels: the two convolutions that follow take one each.
  const least = halving ? 3 * 2 ** layers : 1;
  return {
    init: (key) => each(parts).init(key),
    apply: (params, x) =>
      scope(() => {
        const [, height, breadth] = expectShape('patchCritic', x, ['batch', 'height', 'width', channels]);
        if (Math.min(height, breadth) < least) {
          throw new GenaiError(
            `patchCritic: got pictures of ${height} × ${breadth}, expected at least ${least} pixels a side for ${layers} ` +
              'layers. Pass fewer layers.',
          );
        }
        return parts.reduce((y, part, i) => part.apply(params[i]!, i === 0 ? y : leakyRelu(y, 0.2)), x);
      }),
  };
}
