import { stopGradient } from '@genai/tensor';
import {
  add,
  cast,
  clipByValue,
  div,
  greaterEqual,
  log,
  mul,
  sqrt,
  square,
  sub,
  type Tensor,
} from '@tensorflow/tfjs-core';
import type { Knots } from './rational-quadratic.js';
import { binOf, endsOf } from './spline-bins.js';
import { unrecorded } from './unrecorded.js';

/**
 * Monotone cubic splines at x within their knots, (rows, 1): y and log ∂y/∂x. Slopes at knots must not be above twice that of
 * the bins beside.
 */
export function cubic(x: Tensor, { inner, all }: Knots): [y: Tensor, logSlope: Tensor] {
  const { x0, x1, y0, width, height, s, a, b } = piece(endsOf(all, binOf(x, inner[0])));
  const t = div(sub(x, x0), width);
  const u = div(sub(x1, x), width); // 1 − t
  return [add(y0, mul(height, share(t, u, a, b))), log(mul(s, slope(t, u, a, b)))];
}

/**
 * The inverse: x and log ∂y/∂x at y within the knots, (rows, 1).
 *
 * The root is sought from the nearer end of the bin, where small numbers are precise. It begins at that of the
 * rational-quadratic piece with the same ends, within 0.06, from where four steps of Newton's reach all digits of float32. The last
 * two are recorded and give its gradient, of first and second order.
 */
export function inverseCubic(y: Tensor, { inner, all }: Knots): [x: Tensor, logSlope: Tensor] {
  const { x0, x1, y0, y1, width, height, s, a, b } = piece(endsOf(all, binOf(y, inner[1])));
  const below = div(sub(y, y0), height);
  const above = div(sub(y1, y), height);
  const lower = cast(greaterEqual(stopGradient(above), stopGradient(below)), 'float32'); // 1 in the lower half of the bin
  const either = (one: Tensor, other: Tensor): Tensor => add(mul(lower, one), mul(sub(1, lower), other));
  const v = either(below, above); // at most ½
  const [near, far] = [either(a, b), either(b, a)];
  const newton = (t: Tensor): Tensor => {
    const u = sub(1, t);
    return sub(t, div(sub(share(t, u, near, far), v), slope(t, u, near, far)));
  };
  const start = unrecorded(() => {
    const rest = sub(1, v);
    const middle = sub(mul(near, rest), mul(far, v));
    const root = sqrt(add(square(middle), mul(mul(v, rest), 4)));
    const twice = mul(v, 2);
    const first = div(twice, add(add(twice, middle), root));
    return within(newton(within(newton(within(first)))));
  });
  const t = newton(newton(start));
  const u = sub(1, t);
  const x = add(either(x0, x1), mul(mul(width, t), sub(mul(lower, 2), 1)));
  return [x, log(mul(s, slope(t, u, near, far)))];
}

/** A bin: its corners, its slope s, and the slopes at its ends as multiples of that. */
interface Piece {
  readonly x0: Tensor;
  readonly x1: Tensor;
  readonly y0: Tensor;
  readonly y1: Tensor;
  readonly width: Tensor;
  readonly height: Tensor;
  readonly s: Tensor;
  readonly a: Tensor;
  readonly b: Tensor;
}

function piece(ends: readonly Tensor[]): Piece {
  const [x0, y0, d0, x1, y1, d1] = ends as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const width = sub(x1, x0);
  const height = sub(y1, y0);
  const s = div(height, width);
  return { x0, x1, y0, y1, width, height, s, a: div(d0, s), b: div(d1, s) };
}

/** The share of the height passed: t³ + (3 − b) t² u + a t u², a sum of positive terms. */
function share(t: Tensor, u: Tensor, a: Tensor, b: Tensor): Tensor {
  const inner = add(mul(t, add(t, mul(sub(3, b), u))), mul(a, square(u)));
  return mul(t, inner);
}

/** Its derivative: a u² + 2 (3 − a − b) t u + b t². */
function slope(t: Tensor, u: Tensor, a: Tensor, b: Tensor): Tensor {
  return add(add(mul(a, square(u)), mul(mul(sub(3, add(a, b)), 2), mul(t, u))), mul(b, square(t)));
}

function within(t: Tensor): Tensor {
  return clipByValue(t, 0, 1);
}
