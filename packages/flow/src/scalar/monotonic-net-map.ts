import { expectIntegers, GenaiError } from '@genai/core';
import { logSigmoid, logSumExp, scope, stopGradient } from '@genai/tensor';
import {
  add,
  where as choose,
  clipByValue,
  concat,
  div,
  exp,
  less,
  max,
  maximum,
  min,
  minimum,
  mul,
  neg,
  reshape,
  split,
  stack,
  sub,
  type Tensor,
  tensor2d,
  unstack,
} from '@tensorflow/tfjs-core';
import type { ScalarMap } from '../scalar-map.js';
import { column, rowsOf } from './rows.js';
import { softClip } from './soft-clip.js';
import { unrecorded } from './unrecorded.js';

export interface MonotonicNetMapOptions {
  /** Sigmoids in each layer; 8 unless given. */
  readonly width?: number;
  /** 1 unless given. */
  readonly layers?: number;
  /** The slopes in the tails lie between this and its inverse; 0.001 unless given. */
  readonly leastSlope?: number;
}

/**
 * A small monotone network, logit Σ w σ(a x + b) layer by layer: the deep sigmoidal flow of neural autoregressive flows. It
 * makes several modes of one, and approaches straight lines in its tails.
 *
 * Raw parameters are those of a, b and w (width each), layer after layer; at 0 the map is nearly the identity, with shifts b
 * spread from −1 to 1, so that the units differ. All is computed from logarithms and nothing overflows. The inverse brackets x
 * by the units' own, halves that 24 times, and ends with Newton's steps, which carry its gradient.
 *
 * @example
 * const layer = coupling({ features: 2, map: monotonicNetMap({ width: 16, layers: 2 }) });
 * @throws GenaiError if `width` or `layers` is not an integer of at least 1, or `leastSlope` is out of range; when applied, if
 * the raw parameters are not 3 · width · layers for each element.
 * @source Huang et al. 2018, "Neural autoregressive flows", eq. 8 and appendix C.
 */
export function monotonicNetMap({ width = 8, layers = 1, leastSlope = 1e-3 }: MonotonicNetMapOptions = {}): ScalarMap {
  const where = `monotonicNetMap(${width}, ${layers})`;
  expectIntegers(where, { width, layers });
  if (!(leastSlope > 0 && leastSlope < 1)) {
    throw new GenaiError(`${where}: leastSlope must be a number between 0 and 1, got ${leastSlope}.`);
  }
  const limit = -Math.log(leastSlope) / layers;
  const parameters = 3 * width * layers;
  const spread = Array.from({ length: width }, (_, k) => (2 * k + 1) / width - 1);

  const unitsOf = (x: Tensor, raw: Tensor): Units[] => {
    const pieces = split(rowsOf(where, x, raw, parameters), 3 * layers, 1); // (rows, width) each
    return Array.from({ length: layers }, (_, i) => {
      const [scale, shift, weight] = pieces.slice(3 * i) as [Tensor, Tensor, Tensor];
      const logA = softClip(scale, limit);
      const mass = softClip(weight, LOG_1000 / 2);
      return {
        a: exp(logA),
        logA,
        b: add(shift, tensor2d(spread, [1, width])),
        logW: sub(mass, logSumExp(mass, 1, true)),
      };
    });
  };
  return {
    parameters,
    tolerance: 1e-5,
    forward: (x, raw) =>
      scope(() => {
        let y = column(x);
        const logSlopes = unitsOf(x, raw).map((units) => {
          const { z, logSlope } = mixed(y, units);
          y = z;
          return logSlope;
        });
        return { y: reshape(y, x.shape), logSlope: reshape(total(logSlopes), x.shape) };
      }),
    inverse: (y, raw) =>
      scope(() => {
        let x = column(y);
        const logSlopes = unitsOf(y, raw)
          .reverse()
          .map((units) => {
            x = unmixed(x, units);
            return neg(mixed(x, units).logSlope);
          });
        return { x: reshape(x, y.shape), logSlope: reshape(total(logSlopes), y.shape) };
      }),
  };
}

/** The units of a layer, (rows, width) each: w σ(a x + b), with w of sum 1. */
interface Units {
  readonly a: Tensor;
  readonly logA: Tensor;
  readonly b: Tensor;
  readonly logW: Tensor;
}

/**
 * z = logit S with S = Σ w σ(c), c = a x + b, and log ∂z/∂x = log Σ w a σ(c) σ(−c) − log S − log (1 − S), (rows, 1).
 *
 * The largest of log σ(c) and of log σ(−c) are taken out of the sums: in the tails they are millions, and cancel exactly.
 */
function mixed(x: Tensor, { a, logA, b, logW }: Units): { z: Tensor; logSlope: Tensor } {
  const c = add(mul(a, x), b);
  const on = logSigmoid(c);
  const off = logSigmoid(neg(c));
  const topOn = stopGradient(max(on, 1, true));
  const topOff = stopGradient(max(off, 1, true));
  const restOn = sub(on, topOn);
  const restOff = sub(off, topOff);
  const terms = stack([restOn, restOff, add(add(restOn, restOff), logA)], 1); // (rows, 3, width)
  const sums = logSumExp(add(terms, reshape(logW, [x.shape[0]!, 1, logW.shape[1]!])), 2, true); // (rows, 3, 1)
  const [logS, logRest, logRise] = unstack(sums, 1) as [Tensor, Tensor, Tensor];
  return {
    z: add(sub(topOn, topOff), sub(logS, logRest)),
    logSlope: sub(logRise, add(logS, logRest)),
  };
}

/** The x at which the layer gives y, (rows, 1). The logit of a mean lies between the least and the largest of what is averaged. */
function unmixed(y: Tensor, units: Units): Tensor {
  const bracket = unrecorded(() => {
    const alone = div(sub(y, units.b), units.a); // where each unit alone would give y
    let [low, high] = [min(alone, 1, true), max(alone, 1, true)];
    for (let n = 0; n < HALVINGS; n++) {
      const middle = add(mul(low, 0.5), mul(high, 0.5));
      const above = less(mixed(middle, units).z, y);
      [low, high] = [choose(above, middle, low), choose(above, high, middle)];
    }
    return concat([low, high], 1);
  });
  const [low, high] = split(bracket, 2, 1) as [Tensor, Tensor];
  const newton = (x: Tensor): Tensor => {
    const { z, logSlope } = mixed(x, units);
    const next = sub(x, mul(sub(z, y), exp(neg(clipByValue(logSlope, -FLATTEST, FLATTEST)))));
    const still = stopGradient(next);
    return add(next, sub(maximum(low, minimum(high, still)), still)); // within the bracket, the gradient as it is
  };
  const start = unrecorded(() => newton(newton(add(mul(low, 0.5), mul(high, 0.5)))));
  return newton(newton(start)); // recorded: derivatives of first and second order
}

function total(terms: readonly Tensor[]): Tensor {
  return terms.reduce((sum, term) => add(sum, term));
}

const HALVINGS = 24;
/** A log-slope, in nats, beyond which Newton's step is not trusted. */
const FLATTEST = 40;
const LOG_1000 = Math.log(1000);
