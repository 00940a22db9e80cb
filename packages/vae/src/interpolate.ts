import { expectIntegers, GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import {
  acos,
  add,
  clipByValue,
  div,
  less,
  maximum,
  mul,
  reshape,
  sin,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { VaeWithMeans } from './reconstruct.js';

export interface InterpolateOptions {
  /** Images from `a` to `b`, both included; 8 unless given. */
  readonly steps?: number;
  /** Follow the arc between the latents instead of the line: it keeps their length where a Gaussian has its mass. */
  readonly spherical?: boolean;
}

/**
 * E[x | z] at `steps` points of the way from the latents of `a` to those of `b`: from (batch, …event) to
 * (steps, batch, …event).
 *
 * @example
 * using walk = owned(interpolate(digits, params, sevens, ones, { steps: 10, spherical: true }));
 * @throws GenaiError if `a` and `b` differ in shape or `steps` is not an integer of at least 2.
 * @source The arc: White 2016, "Sampling generative networks", section 2.1 (after Shoemake 1985).
 */
export function interpolate<P>(
  model: VaeWithMeans<P>,
  params: P,
  a: Tensor,
  b: Tensor,
  { steps = 8, spherical = false }: InterpolateOptions = {},
): Tensor {
  expectIntegers('interpolate', { steps }, 2);
  if (String(a.shape) !== String(b.shape)) {
    throw new GenaiError(`interpolate: a has shape [${a.shape}], b has shape [${b.shape}]. Pass batches of one shape.`);
  }
  return scope(() => {
    const from = encode(model, params, a); // (batch, …latent)
    const to = encode(model, params, b);
    const path = spherical ? arc(from, to) : line(from, to);
    const z = stack(Array.from({ length: steps }, (_, i) => path(i / (steps - 1)))); // (steps, batch, …latent)
    const x = model.decode(params, reshape(z, [-1, ...z.shape.slice(2)])).mean(); // (steps · batch, …event)
    return reshape(x, [steps, a.shape[0] ?? 1, ...x.shape.slice(1)]);
  });
}

const line =
  (from: Tensor, to: Tensor) =>
  (t: number): Tensor =>
    add(mul(from, 1 - t), mul(to, t));

/** sin((1 − t) Ω) / sin Ω · from + sin(t Ω) / sin Ω · to, with Ω the angle between them; the line where Ω is too small. */
function arc(from: Tensor, to: Tensor): (t: number) => Tensor {
  const axes = from.shape.map((_, axis) => axis).slice(1);
  const length = (z: Tensor) => maximum(sqrt(sum(square(z), axes, true)), 1e-12);
  const cosine = sum(mul(div(from, length(from)), div(to, length(to))), axes, true);
  const angle = acos(clipByValue(cosine, -1, 1)); // (batch, 1, …)
  const sine = sin(angle);
  const narrow = less(sine, 1e-4);
  const straight = line(from, to);
  return (t) => {
    const divisor = where(narrow, add(mul(sine, 0), 1), sine);
    const curved = add(mul(from, div(sin(mul(angle, 1 - t)), divisor)), mul(to, div(sin(mul(angle, t)), divisor)));
    return where(narrow, straight(t), curved);
  };
}
