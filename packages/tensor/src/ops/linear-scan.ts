import { add, concat, mul, pad, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';
import { scope } from '../scope.js';
import { isFused, runFused } from './fused.js';
import { type Rule, withGradient } from './with-gradient.js';

/**
 * The states of a linear recurrence, hₜ = aₜ ⊙ hₜ₋₁ + bₜ, of all times: a, b (batch, time, width) and the state before the first,
 * `start` (batch, width), to (batch, time, width).
 *
 * It takes ⌈log₂(time + 1)⌉ rounds of a few ops, and neither divides nor takes logarithms: factors that are zero or negative are
 * exact. Products of a over any stretch of time are formed on the way and must be finite, as they are where |a| ≤ 1.
 *
 * @example
 * const keep = sigmoid(gates); // (batch, time, width)
 * const h = linearScan(keep, mul(sub(1, keep), candidates), zeros([batch, width])); // (batch, time, width)
 * @throws GenaiError if the shapes do not fit together.
 * @source Hillis and Steele 1986, "Data parallel algorithms"; Martin and Cundy 2018, "Parallelizing linear recurrent neural nets over
 * sequence length", section 2.
 */
export function linearScan(a: Tensor, b: Tensor, start: Tensor): Tensor {
  const [batch, time, width] = expectShape('linearScan: a', a, ['batch', 'time', 'width']) as [number, number, number];
  expectShape('linearScan: b', b, [batch, time, width]);
  expectShape('linearScan: start', start, [batch, width]);
  return withGradient([a, b, start], isFused('GenaiLinearScan', a, b, start) ? FUSED : COMPOSED);
}

const COMPOSED: Rule = {
  forward: (a, b, start) => {
    const value = composition(a!, b!, start!);
    return { value, kept: [value] };
  },
  // With gₜ = dyₜ + aₜ₊₁ gₜ₊₁, itself a scan: dbₜ = gₜ, daₜ = gₜ hₜ₋₁ and, of the state before the first, a₁ g₁.
  backward: (dy, [a, , start], [value]) => {
    const [batch, , width] = dy.shape as [number, number, number];
    const slopes = doubling(a!, padded(dy, 1, 0), { backwards: true }); // (batch, 1 + time, width)
    const db = slice(slopes, [0, 1, 0], dy.shape);
    const states = concat([reshape(start!, [batch, 1, width]), value!], 1); // (batch, 1 + time, width)
    const da = mul(db, slice(states, [0, 0, 0], dy.shape));
    return [da, db, reshape(slice(slopes, [0, 0, 0], [batch, 1, width]), [batch, width])];
  },
  plain: ([a, b, start]) => composition(a!, b!, start!),
};

const FUSED: Rule = {
  ...COMPOSED,
  forward: (a, b, start) => {
    const value = runFused('GenaiLinearScan', { a: a!, b: b!, start: start! })[0]!;
    return { value, kept: [value] };
  },
  backward: (dy, [a, , start], [value]) => runFused('GenaiLinearScanGrad', { dy, a: a!, value: value!, start: start! }),
};

function composition(a: Tensor, b: Tensor, start: Tensor): Tensor {
  return scope(() => {
    const [batch, , width] = b.shape as [number, number, number];
    const given = concat([reshape(start, [batch, 1, width]), b], 1); // (batch, 1 + time, width)
    return slice(doubling(a, given, { backwards: false }), [0, 1, 0], b.shape);
  });
}

/**
 * Adds to each place of `given` (batch, 1 + time, width) what all places before it send there, or `backwards` all behind it; `a`
 * (batch, time, width) at t is the factor between t and t + 1. In each round a place hears of twice as many others as before.
 */
function doubling(a: Tensor, given: Tensor, { backwards }: { readonly backwards: boolean }): Tensor {
  const [batch, places, width] = given.shape as [number, number, number];
  const part = (x: Tensor, from: number, length: number): Tensor => slice(x, [0, from, 0], [batch, length, width]);
  let made = { states: given, factors: a }; // of factors at t: the product of those between t and t + stride
  for (let stride = 1; stride < places; stride *= 2) {
    const { states, factors: half } = made;
    const length = places - stride;
    made = scope(() => {
      const factors = stride === 1 ? half : mul(part(half, 0, length), part(half, stride / 2, length));
      const sent = mul(factors, part(states, backwards ? stride : 0, length)); // (batch, length, width)
      return { states: add(states, backwards ? padded(sent, 0, stride) : padded(sent, stride, 0)), factors };
    });
  }
  return made.states;
}

/** With zeros before and behind along time. */
function padded(x: Tensor, before: number, behind: number): Tensor {
  return pad(x, [NONE, [before, behind], NONE]);
}

const NONE: [number, number] = [0, 0];
