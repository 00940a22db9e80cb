import { type Key, split } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { scope, softplus, stopGradient } from '@genai/tensor';
import { adam } from '@genai/train';
import {
  add,
  cast,
  clipByValue,
  concat,
  cumsum,
  div,
  greater,
  log,
  mean,
  mul,
  ones,
  split as parts,
  reshape,
  slice,
  softmax,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  unstack,
  zeros,
} from '@tensorflow/tfjs-core';
import { fixedBatches } from '../fixed-batches.js';
import { peerInit } from '../init-layers.js';
import { twoMoons } from '../two-moons.js';
import { descent, workload } from '../workload.js';

const COUPLINGS = 4;
const BINS = 8;
const EDGE = 3;
/** No width, height or slope is smaller. */
const LEAST = 1e-3;
const net = mlp([1, 64, 64, 3 * BINS - 1], { initializer: peerInit, lastInitializer: peerInit });

/** Neural spline flow on two moons: 4 rational-quadratic couplings of 8 bins, linear beyond ±3; Adam 1e-3. */
export const nsf2d = workload({
  name: 'nsf_2d',
  params: 23_132,
  batch: 512,
  warmup: 20,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key: Key): (readonly DenseParams[])[] => scope(() => split(key, COUPLINGS).map((key) => net.init(key))),
        loss: (params, x: Tensor) => scope(() => ({ loss: meanSurprise(params, x) })),
      },
      adam(1e-3),
      fixedBatches(20, key, (key) => twoMoons(key, batch)),
    ),
});

/** −mean log p(x), x: (batch, 2). */
function meanSurprise(params: readonly (readonly DenseParams[])[], x: Tensor): Tensor {
  let [a, b] = parts(x, 2, 1) as [Tensor, Tensor]; // (batch, 1) each
  const logSlopes: Tensor[] = [];
  for (const coupling of params) {
    const { y, logSlope } = spline(b, net.apply(coupling, a));
    [a, b] = [y, a];
    logSlopes.push(logSlope);
  }
  const logDet = logSlopes.reduce((sum, logSlope) => add(sum, logSlope)); // (batch, 1)
  const energy = mul(add(square(a), square(b)), 0.5);
  return add(mean(sub(energy, logDet)), Math.log(2 * Math.PI));
}

/**
 * A monotone rational-quadratic spline on [−3, 3], the identity elsewhere. x: (batch, 1), raw: (batch, 23).
 *
 * @source Durkan et al. 2019, "Neural spline flows", eq. 4 to 6.
 */
export function spline(x: Tensor, raw: Tensor): { y: Tensor; logSlope: Tensor } {
  const batch = x.shape[0]!;
  const [rawWidths, rawHeights, rawSlopes] = parts(raw, [BINS, BINS, BINS - 1], 1) as [Tensor, Tensor, Tensor];
  const horizontal = knots(rawWidths);
  const vertical = knots(rawHeights);
  const inner = add(softplus(rawSlopes), LEAST); // (batch, 7)
  const one = ones([batch, 1]);
  // Where a bin begins and ends; comparisons have no gradient, and need none.
  const inside = stopGradient(mul(cast(greater(x, -EDGE), 'float32'), cast(greater(EDGE, x), 'float32'))); // (batch, 1)
  const bounded = clipByValue(x, -EDGE, EDGE);
  const passed = cast(
    greater(stopGradient(bounded), stopGradient(slice(horizontal.starts, [0, 1], [batch, BINS - 1]))),
    'float32',
  ); // (batch, 7)
  const chosen = sub(concat([one, passed], 1), concat([passed, zeros([batch, 1])], 1)); // (batch, 8), one 1 in each row
  const perBin = stack(
    [
      horizontal.starts,
      horizontal.sizes,
      vertical.starts,
      vertical.sizes,
      concat([one, inner], 1),
      concat([inner, one], 1),
    ],
    1,
  ); // (batch, 6, 8)
  const picked = sum(mul(perBin, reshape(chosen, [batch, 1, BINS])), 2, true); // (batch, 6, 1)
  const [x0, width, y0, height, d0, d1] = unstack(picked, 1) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
  const s = div(height, width);
  const t = div(sub(bounded, x0), width);
  const rest = sub(1, t);
  const product = mul(t, rest);
  const denominator = add(s, mul(sub(add(d0, d1), mul(s, 2)), product));
  const y = add(y0, div(mul(height, add(mul(s, square(t)), mul(d0, product))), denominator));
  const numerator = add(add(mul(d1, square(t)), mul(mul(s, product), 2)), mul(d0, square(rest)));
  const logSlope = sub(add(mul(log(s), 2), log(numerator)), mul(log(denominator), 2));
  return { y: add(mul(inside, y), mul(sub(1, inside), x)), logSlope: mul(inside, logSlope) };
}

/** Where bins begin and how large they are, (batch, 8) each, from any numbers. */
function knots(raw: Tensor): { starts: Tensor; sizes: Tensor } {
  const sizes = mul(add(mul(softmax(raw), 1 - LEAST * BINS), LEAST), 2 * EDGE);
  return { starts: sub(cumsum(sizes, 1, true), EDGE), sizes };
}
