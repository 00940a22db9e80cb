import { expectIntegers, fold, GenaiError, type Key, type Tree } from '@genai/core';
import { conv2d, zeros } from '@genai/nn';
import { add, log, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { coupling } from '../coupling.js';
import { inOrder } from '../in-order.js';
import { actnorm } from '../linear/actnorm.js';
import { luLinear } from '../linear/lu-linear.js';
import { affineMap } from '../scalar/affine-map.js';
import { sequence } from '../sequence.js';
import { factorOut } from './factor-out.js';
import { flattenEvent } from './flatten-event.js';
import { glowNet } from './glow-net.js';
import { squeeze } from './squeeze.js';

/** The sizes of {@link glow}. */
export interface GlowOptions {
  /** Of an image, [height, width, channels]; height and width are multiples of 2 to the power of `levels`. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** Scales: each halves the image and lets half of its channels leave, all of them at the last. */
  readonly levels: number;
  /** Of flow at each scale: actnorm, an invertible 1 × 1 convolution, an affine coupling. */
  readonly steps: number;
  /** Channels inside the nets. Default 512. */
  readonly hidden?: number;
  /** Draws the permutations of channels, which are part of the definition. */
  readonly key: Key;
}

/** Level by level: squeeze, the steps, and either the end or the prior of what leaves and all that comes after. */
export type GlowParams = readonly Tree<Tensor>[];

/**
 * Glow, (batch, …shape) → (batch, features), the finest scale first. What leaves a scale has a learned prior, normal with the mean
 * and deviation that a convolution makes of what stays. The scales of couplings are σ(s + 2) + 0.001, the paper's kept from 0.
 *
 * @example
 * const shape = [32, 32, 3] as const;
 * const layers = glow({ shape, levels: 3, steps: 8, hidden: 128, key: key(0) });
 * const density = flow({ transforms: [layers], base: standardNormal(3_072) });
 * const step = minimize(nll(startedFrom(density, firstBatch)), adam(1e-3));
 * @throws GenaiError if a size is not an integer of at least 1, or height or width cannot be halved so often.
 * @source Kingma and Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions", figure 2 and table 1.
 */
export function glow({ shape, levels, steps, hidden = 512, key }: GlowOptions): Bijector<GlowParams> {
  expectIntegers('glow', { levels, steps, hidden });
  const [height, width, channels] = [shape[0] / 2, shape[1] / 2, shape[2] * 4];
  if (!Number.isInteger(height) || !Number.isInteger(width)) {
    throw new GenaiError(
      `glow: images of ${shape[0]} × ${shape[1]} cannot be halved ${levels} times more. Pass fewer levels.`,
    );
  }
  const step = (i: number) =>
    sequence(
      actnorm(channels),
      luLinear(channels, { key: fold(key, i) }),
      coupling({
        features: channels,
        passes: 'first',
        map: affineMap({ logScale: (raw) => log(add(sigmoid(add(raw, 2)), LEAST)) }),
        net: (inputs, outputs) => glowNet(inputs, outputs, { hidden }),
      }),
    );
  const here = [squeeze(), ...Array.from({ length: steps }, (_, i) => step(i))];
  const after = [height, width, channels] as const;
  if (levels === 1) return inOrder([...here, flattenEvent(after)]);
  const prior = coupling({
    features: channels,
    passes: 'first',
    map: affineMap(),
    net: (inputs, outputs) => conv2d(inputs, outputs, { initializer: zeros }),
  });
  const rest = glow({ shape: [height, width, channels / 2], levels: levels - 1, steps, hidden, key: fold(key, steps) });
  return inOrder([...here, prior, factorOut({ shape: after, rest })]);
}

/** Keeps the scale of a coupling, σ(s + 2) in the paper, from 0: its inverse would be infinite. */
const LEAST = 1e-3;
