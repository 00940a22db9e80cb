import { stopGradient } from '@genai/tensor';
import { add, cast, div, greaterEqual, log, mul, sqrt, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import { binOf, endsOf } from './spline-bins.js';

/** The knots of splines. */
export interface Knots {
  /** Those between bins, across and up: (rows, bins − 1) each. */
  readonly inner: readonly [across: Tensor, up: Tensor];
  /** All, as (x, y, slope): (rows, 3, bins + 1). */
  readonly all: Tensor;
}

/** Monotone rational-quadratic splines at x within their knots, (rows, 1): y and log ∂y/∂x. */
export function rationalQuadratic(x: Tensor, { inner, all }: Knots): [y: Tensor, logSlope: Tensor] {
  const [x0, y0, d0, x1, y1, d1] = endsOf(all, binOf(x, inner[0])) as Six;
  const width = sub(x1, x0);
  const height = sub(y1, y0);
  const s = div(height, width);
  const t = div(sub(x, x0), width); // ξ of the paper
  const u = div(sub(x1, x), width); // 1 − ξ
  const below = denominator(s, d0, d1, t, u);
  const share = div(add(mul(s, square(t)), mul(d0, mul(t, u))), below); // eq. 4
  return [add(y0, mul(height, share)), logSlopeAt(s, d0, d1, t, u, below)];
}

/**
 * The inverse: x and log ∂y/∂x at y within the knots, (rows, 1).
 *
 * Eq. 6 to 8 are, for the ratio ρ = ξ / (1 − ξ) and the share v of the height that y has passed,
 * s (1 − v) ρ² + b ρ − s v = 0 with b = δ₀ (1 − v) − δ₁ v. Its discriminant is a sum of positive terms, and either ξ or 1 − ξ,
 * by the sign of b, is a quotient of such: nothing cancels, wherever the root lies.
 */
export function inverseRationalQuadratic(y: Tensor, { inner, all }: Knots): [x: Tensor, logSlope: Tensor] {
  const [x0, y0, d0, x1, y1, d1] = endsOf(all, binOf(y, inner[1])) as Six;
  const width = sub(x1, x0);
  const height = sub(y1, y0);
  const s = div(height, width);
  const v = div(sub(y, y0), height);
  const rest = div(sub(y1, y), height); // 1 − v
  const b = sub(mul(d0, rest), mul(d1, v));
  const root = sqrt(add(square(b), mul(square(mul(s, 2)), mul(v, rest))));
  const early = cast(greaterEqual(stopGradient(b), 0), 'float32'); // 1 where ξ is the quotient, 0 where 1 − ξ is
  const sign = sub(mul(early, 2), 1);
  const q = add(root, mul(sign, b));
  const a = mul(mul(s, 2), between(early, v, rest));
  const total = add(a, q);
  const near = div(a, total);
  const far = div(q, total);
  const t = between(early, near, far);
  const u = between(early, far, near);
  return [
    add(between(early, x0, x1), mul(sign, mul(width, near))),
    logSlopeAt(s, d0, d1, t, u, denominator(s, d0, d1, t, u)),
  ];
}

/** Eq. 5, in nats. */
function logSlopeAt(s: Tensor, d0: Tensor, d1: Tensor, t: Tensor, u: Tensor, below: Tensor): Tensor {
  const numerator = add(add(mul(d1, square(t)), mul(mul(s, 2), mul(t, u))), mul(d0, square(u)));
  return add(log(numerator), mul(log(div(s, below)), 2));
}

/** s + (δ₀ + δ₁ − 2 s) ξ (1 − ξ), as a sum of positive terms. */
function denominator(s: Tensor, d0: Tensor, d1: Tensor, t: Tensor, u: Tensor): Tensor {
  return add(mul(s, add(square(t), square(u))), mul(add(d0, d1), mul(t, u)));
}

/** a where the mask is 1, b where it is 0. */
function between(mask: Tensor, a: Tensor, b: Tensor): Tensor {
  return add(mul(mask, a), mul(sub(1, mask), b));
}

type Six = [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
