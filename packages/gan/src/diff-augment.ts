import { GenaiError, type Key, split } from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import {
  add,
  cast,
  equal,
  floor,
  greaterEqual,
  less,
  logicalAnd,
  matMul,
  mean,
  mul,
  reshape,
  sub,
  type Tensor,
  tensor,
  transpose,
} from '@tensorflow/tfjs-core';
import type { Augmentation } from './adversarial.js';

/** What {@link diffAugment} can vary. */
export interface DiffAugmentOptions {
  /** Changes brightness, saturation (where there is more than one channel) and contrast. Default true. */
  readonly color?: boolean;
  /** Moves the image by up to this share of its side, zeros coming in; 1/8 unless given, 0 for not at all. */
  readonly translation?: number;
  /** Blanks a square of this share of the side, which may reach out of the image; 1/2 unless given, 0 for none. */
  readonly cutout?: number;
  /** Mirrors half of the images, left to right. Default false: for what has no left and right alone. */
  readonly flip?: boolean;
}

/**
 * Colour, translation and cutout, at random for each image, (batch, height, width, channels) → same: with these the critic
 * needs a tenth of the data before it learns them by heart.
 *
 * `strength` is the probability that an image is changed. Values should be centred at 0, as those from −1 to 1 are.
 *
 * @example
 * const game = adversarial(faces, { loss: hinge(), augment: diffAugment({ flip: true }) });
 * const adaptive = adversarial(faces, { loss: hinge(), augment: diffAugment(), strength: { speed: 0.01 } });
 * @throws GenaiError if a share is not from 0 to 1; when run, unless it is given images.
 * @source Zhao et al. 2020, "Differentiable augmentation for data-efficient GAN training", section 4 and appendix A.
 */
export function diffAugment({
  color = true,
  translation = 1 / 8,
  cutout = 1 / 2,
  flip = false,
}: DiffAugmentOptions = {}): Augmentation {
  for (const [name, share] of Object.entries({ translation, cutout })) {
    if (share >= 0 && share <= 1) continue;
    throw new GenaiError(`diffAugment: ${name} must be from 0 to 1, a share of the side, got ${share}.`);
  }
  return (x, key, strength) =>
    scope(() => {
      const [batch] = expectShape('diffAugment', x, ['batch', 'height', 'width', 'channels']);
      const [forChoice, forColor, forPlace, forHole] = split(key, 4);
      let y = x;
      if (color) y = recoloured(y, forColor);
      if (translation > 0 || flip) y = moved(y, forPlace, translation, flip);
      if (cutout > 0) y = pierced(y, forHole, cutout);
      const changed = cast(less(uniformNoise(forChoice, [batch, 1, 1, 1]), strength), 'float32');
      return add(mul(y, changed), mul(x, sub(1, changed)));
    });
}

/** Adds up to ± ½, multiplies the distance to grey by up to 2, and that to the image's mean by ½ to 1½. */
function recoloured(x: Tensor, key: Key): Tensor {
  const [batch, , , channels] = x.shape;
  const [first, second, third] = split(key, 3);
  const noise = (k: Key, min: number, max: number): Tensor => uniformNoise(k, [batch!, 1, 1, 1], { min, max });
  const spread = (y: Tensor, axes: number[], by: Tensor): Tensor => {
    const middle = mean(y, axes, true);
    return add(mul(sub(y, middle), by), middle);
  };
  const bright = add(x, noise(first, -0.5, 0.5));
  const saturated = channels! > 1 ? spread(bright, [3], noise(second, 0, 2)) : bright;
  return spread(saturated, [1, 2, 3], noise(third, 0.5, 1.5));
}

/**
 * y[i, j] = x[i + dy, (j or width − 1 − j) + dx], 0 outside. Rows are picked by a matrix of zeros and ones: its product has
 * derivatives of every order on every engine.
 */
function moved(x: Tensor, key: Key, share: number, flip: boolean): Tensor {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [down, across, mirror] = split(key, 3);
  const shift = (k: Key, side: number): Tensor => {
    const most = Math.round(side * share);
    return sub(integers(k, batch, 2 * most + 1), most); // (batch, 1, 1)
  };
  const rows = picking(add(places(height, [1, height, 1]), shift(down, height)), height);
  const y = product(rows, reshape(x, [batch, height, width * channels]));
  if (width === 1) return reshape(y, x.shape);
  const straight = places(width, [1, width, 1]);
  // j + f (width − 1 − 2 j) with f = 1 for a mirrored image
  const turned = flip ? add(straight, mul(integers(mirror, batch, 2), sub(width - 1, mul(straight, 2)))) : straight;
  const columns = picking(add(turned, shift(across, width)), width);
  const sideways = reshape(transpose(reshape(y, x.shape), [0, 2, 1, 3]), [batch, width, height * channels]);
  const z = product(columns, sideways);
  return transpose(reshape(z, [batch, width, height, channels]), [0, 2, 1, 3]);
}

/** From places (batch, size, 1) to a matrix for each example, 1 at the place that each row picks: (batch, size, size). */
function picking(from: Tensor, size: number): Tensor {
  return cast(equal(from, places(size, [1, 1, size])), 'float32');
}

function product(a: Tensor, b: Tensor): Tensor {
  return matMul(a as Tensor<never>, b as Tensor<never>);
}

/** x with a square of zeros whose centre is anywhere in the image. */
function pierced(x: Tensor, key: Key, share: number): Tensor {
  const [batch, height, width] = x.shape as [number, number, number, number];
  const [down, across] = split(key);
  const within = (k: Key, side: number): Tensor => {
    const size = Math.round(side * share);
    const start = sub(integers(k, batch, side + 1 - (size % 2)), Math.floor(size / 2)); // (batch, 1, 1)
    const at = places(side, [1, side, 1]);
    return logicalAnd(greaterEqual(at, start), less(at, add(start, size))); // (batch, side, 1)
  };
  const inRows = reshape(within(down, height), [batch, height, 1, 1]);
  const inColumns = reshape(within(across, width), [batch, 1, width, 1]);
  return mul(x, sub(1, cast(logicalAnd(inRows, inColumns), 'float32')));
}

/** Whole numbers from 0 to below `count`, one for each example, (batch, 1, 1). */
function integers(key: Key, batch: number, count: number): Tensor {
  return floor(mul(uniformNoise(key, [batch, 1, 1]), count));
}

/** 0, 1, … in this shape. */
function places(size: number, shape: number[]): Tensor {
  return tensor(
    Float32Array.from({ length: size }, (_, i) => i),
    shape,
  );
}
