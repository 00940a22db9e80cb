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
  onesLike,
  sin,
  sqrt,
  square,
  stack,
  sum,
  type Tensor,
  where,
} from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';

export interface InterpolateCodesOptions<C = void> {
  /** Examples from the first code to the last, both included; 8 unless given. */
  readonly steps?: number;
  /** Follow the arc between the codes instead of the line: it keeps their length where a Gaussian has its mass. */
  readonly spherical?: boolean;
  /** What a conditional model is given all along the way, a row for each code. */
  readonly context?: C;
}

/**
 * What the generator makes of `steps` points on the way between codes (batch, …latent): (steps, batch, …event).
 *
 * @example
 * const [a, b] = split(key(0));
 * using walk = owned(interpolateCodes(faces, params, normalNoise(a, [4, 64]), normalNoise(b, [4, 64]), { spherical: true }));
 * @throws GenaiError if the codes differ in shape or `steps` is not an integer of at least 2.
 * @source The arc: White 2016, "Sampling generative networks", section 2.1 (after Shoemake 1985).
 */
export function interpolateCodes<G, C = void>(
  model: Pick<Gan<G, unknown, C>, 'generate'>,
  { generator }: { readonly generator: G },
  from: Tensor,
  to: Tensor,
  { steps = 8, spherical = false, context }: InterpolateCodesOptions<C> = {},
): Tensor {
  expectIntegers('interpolateCodes', { steps }, 2);
  if (String(from.shape) !== String(to.shape)) {
    throw new GenaiError(
      `interpolateCodes: from has shape [${from.shape}], to has shape [${to.shape}]. Pass codes of one shape.`,
    );
  }
  return scope(() => {
    const path = spherical ? arc(from, to) : line(from, to);
    const points = Array.from({ length: steps }, (_, i) => path(i / (steps - 1)));
    return stack(points.map((z) => model.generate(generator, z, context as C))); // (steps, batch, …event)
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
