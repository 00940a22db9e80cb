import { expectIntegers, GenaiError } from '@genai/core';
import {
  acos,
  add,
  clipByValue,
  div,
  less,
  maximum,
  mul,
  onesLike,
  sin,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { scope } from './scope.js';

/** How {@link way} goes. */
export interface WayOptions {
  /** Points, both ends included. */
  readonly steps: number;
  /** Along the arc instead of the line: it keeps the length of codes where a Gaussian has its mass. */
  readonly spherical?: boolean;
}

/**
 * Points on the way from each row of `from` to that of `to`, both (batch, …): (steps, batch, …).
 *
 * The arc is the line where the two are nearly parallel or opposite.
 *
 * @example
 * const codes = way(normalNoise(a, [4, 64]), normalNoise(b, [4, 64]), { steps: 8, spherical: true }); // (8, 4, 64)
 * @throws GenaiError if the shapes differ or `steps` is not an integer of at least 2.
 * @source The arc: White 2016, "Sampling generative networks", section 2.1 (after Shoemake 1985).
 */
export function way(from: Tensor, to: Tensor, { steps, spherical = false }: WayOptions): Tensor {
  expectIntegers('way', { steps }, 2);
  if (String(from.shape) !== String(to.shape)) {
    throw new GenaiError(`way: from has shape [${from.shape}], to has shape [${to.shape}]. Pass tensors of one shape.`);
  }
  return scope(() => {
    const path = spherical ? arc(from, to) : line(from, to);
    return stack(Array.from({ length: steps }, (_, i) => path(i / (steps - 1))));
  });
}

const line =
  (from: Tensor, to: Tensor) =>
  (t: number): Tensor =>
    add(mul(from, 1 - t), mul(to, t));

/** sin((1 − t) Ω) / sin Ω · from + sin(t Ω) / sin Ω · to, with Ω the angle between them; the line where Ω is too small. */
function arc(from: Tensor, to: Tensor): (t: number) => Tensor {
  const axes = from.shape.map((_, axis) => axis).slice(1);
  const unit = (z: Tensor): Tensor => div(z, maximum(sqrt(sum(square(z), axes, true)), 1e-12));
  const angle = acos(clipByValue(sum(mul(unit(from), unit(to)), axes, true), -1, 1)); // (batch, 1, …)
  const narrow = less(sin(angle), 1e-4);
  const divisor = where(narrow, onesLike(angle), sin(angle));
  const straight = line(from, to);
  return (t) => {
    const curved = add(mul(from, div(sin(mul(angle, 1 - t)), divisor)), mul(to, div(sin(mul(angle, t)), divisor)));
    return where(narrow, straight(t), curved);
  };
}
