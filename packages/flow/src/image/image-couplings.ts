import { expectIntegers } from '@genai/core';
import type { Bijector } from '../bijector.js';
import { affineMap } from '../scalar/affine-map.js';
import { sequence } from '../sequence.js';
import { type BoundedLogScaleParams, boundedLogScale } from './bounded-log-scale.js';
import { type GatedConvNetParams, gatedConvNet } from './gated-conv-net.js';
import { channelHalf, checkerboard } from './mask.js';
import { maskedCoupling } from './masked-coupling.js';

/** How {@link imageCouplings} work. */
export interface ImageCouplingsOptions {
  /** Of an image: [height, width, channels]. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many couplings. */
  readonly count: number;
  /** What passes: pixels as on a checkerboard, the odd ones first, unless given, or halves of the channels, the first first. */
  readonly by?: 'pixels' | 'channels';
  /** Channels inside the nets. Default 32. */
  readonly hidden?: number;
  /** Channels of the context that the nets see; 0 unless given. */
  readonly context?: number;
}

/** The parameters of one affine coupling of images. */
export type ImageCouplingParams = BoundedLogScaleParams<GatedConvNetParams>;

/**
 * Affine couplings of images that let one half pass and the other by turns, each with a {@link gatedConvNet} and learned bounds
 * of its log-scales; the identity at first.
 *
 * @example
 * const shape = [28, 28, 1] as const;
 * const density = flow({ transforms: [imageCouplings({ shape, count: 8 })], base: standardNormal(shape) });
 * @throws GenaiError if a size is not an integer of at least 1, or one channel is to be halved; when used, as
 * {@link maskedCoupling}.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", sections 3.4 and 3.5; Lippe 2022, "UvA deep learning tutorials",
 * tutorial 11.
 */
export function imageCouplings(options: ImageCouplingsOptions): Bijector<readonly ImageCouplingParams[]> {
  const { shape, count, by = 'pixels', hidden = 32, context = 0 } = options;
  expectIntegers('imageCouplings', { count, hidden });
  const turns =
    by === 'pixels' ? [checkerboard('odd'), checkerboard('even')] : [channelHalf('first'), channelHalf('second')];
  return sequence<readonly ImageCouplingParams[]>(
    ...Array.from({ length: count }, (_, i) =>
      maskedCoupling({
        shape,
        context,
        passes: turns[i % 2]!,
        map: affineMap({ logScale: (raw) => raw }),
        net: (inputs, outputs) => boundedLogScale(gatedConvNet(inputs, outputs, { hidden }), shape[2]),
      }),
    ),
  );
}
