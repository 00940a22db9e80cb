import { scope, stopGradient } from '@genai/tensor';
import {
  abs,
  add,
  div,
  greater,
  maximum,
  minimum,
  mul,
  square,
  sub,
  type Tensor,
  tanh,
  where,
} from '@tensorflow/tfjs-core';

/**
 * The root a of a + (slope − 1) · tanh a = c, one for each element; slope > 0 is that at a = 0, and broadcasts to c.
 *
 * The left side rises, bends one way only on each side of 0, and Newton's method from the outer or the inner end of where the root
 * must lie, by the way it bends, closes in from that end without passing the root: it needs no safeguard. The steps at the
 * end, taken from a constant that is the root, carry the derivatives of the implicit function, the second too.
 */
export function solveTanh(c: Tensor, slope: Tensor): Tensor {
  return scope(() => {
    let root = nearRoot(stopGradient(c), stopGradient(slope));
    for (let step = 0; step < 2; step++) root = newton(root, c, slope);
    return root;
  });
}

/** The slope of that left side, tanh² a + slope · (1 − tanh² a): a sum of positive terms. */
export function tanhSlope(t: Tensor, slope: Tensor): Tensor {
  return add(square(t), mul(slope, mul(sub(1, t), add(t, 1))));
}

function nearRoot(c: Tensor, slope: Tensor): Tensor {
  const size = abs(c);
  const direction = div(c, add(size, TINY)); // ±1
  const bounds = [div(size, slope), add(sub(size, slope), 1)] as const;
  let root = where(greater(slope, 1), maximum(...bounds), minimum(bounds[0], bounds[1]));
  for (let step = 0; step < STEPS; step++) root = newton(root, size, slope);
  return mul(direction, root);
}

function newton(a: Tensor, c: Tensor, slope: Tensor): Tensor {
  const t = tanh(a);
  const excess = sub(add(a, mul(sub(slope, 1), t)), c);
  return sub(a, div(excess, tanhSlope(t, slope)));
}

/** With the two at the end enough for slopes from 1e-3 to 1e3, where 9 are needed. */
const STEPS = 10;
const TINY = 1e-30;
