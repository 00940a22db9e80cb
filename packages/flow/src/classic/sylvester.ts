import { expectIntegers, GenaiError, split } from '@genai/core';
import { expectShape, normalNoise, scope } from '@genai/tensor';
import {
  add,
  expandDims,
  eye,
  log,
  matMul,
  mul,
  neg,
  slice,
  split as splitAxis,
  squeeze,
  stack,
  sub,
  type Tensor,
  tanh,
  transpose,
  unstack,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { householderMatrix } from '../linear/householder-matrix.js';
import { triangleMask } from '../linear/triangle-mask.js';
import { sumEvent } from '../sum-event.js';
import { solveTanh, tanhSlope } from './solve-tanh.js';

/** The parameters of a Sylvester map of `columns`; or a row of each for every example. */
export type SylvesterParams = {
  /** R strictly above the diagonal, and R̃, transposed, strictly below it: (columns, columns). */
  readonly triangles: Tensor;
  /** Raw numbers of the diagonals of R and R̃, which are within ±1: (columns) each. */
  readonly outer: Tensor;
  readonly inner: Tensor;
  readonly bias: Tensor;
  /** Those of the reflections that make Q, (reflections, features); absent where Q is the identity. */
  readonly vectors?: Tensor;
};

/** How {@link sylvester} works. */
export interface SylvesterOptions {
  /** In how many orthogonal directions points are moved; as many as features unless given. */
  readonly columns?: number;
  /** How many Householder reflections turn those directions, as many as `columns` unless given; 0 for none: the triangular flow. */
  readonly reflections?: number;
}

/**
 * A planar map in several directions at once, y = x + Q R tanh(R̃ Qᵀ x + b), x: (batch, features): R and R̃ are upper triangles,
 * Q the first `columns` of an orthogonal matrix.
 *
 * Diagonals are 0.9995 · tanh of raw numbers, so that no slope is below 0.001. The inverse finds one number after the other,
 * from the last column to the first, each by Newton's method, and can be differentiated like any other. Without reflections
 * put a {@link permutation} between two of them. In a posterior, where the noise is what is known, take `invert(sylvester(…))`.
 * Parameters may be (batch, …), a row for each example: see {@link amortized}.
 *
 * @example
 * const layer = sylvester(16, { columns: 4, reflections: 8 });
 * @throws GenaiError unless `features`, `columns` and `reflections` are integers in range, `columns` at most `features`; when
 * applied, if x is not (batch, features).
 * @source van den Berg et al. 2018, "Sylvester normalizing flows for variational inference", section 3 and theorem 2.
 */
export function sylvester(features: number, options: SylvesterOptions = {}): Bijector<SylvesterParams> {
  const { columns = features, reflections = columns } = options;
  const where = `sylvester(${features})`;
  expectIntegers(where, { features, columns });
  expectIntegers(where, { reflections }, 0);
  if (columns > features) {
    throw new GenaiError(`${where}: columns must be at most features, ${features}, got ${columns}.`);
  }
  return {
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      const noise = (k: typeof key, shape: number[]): Tensor => mul(normalNoise(k, shape), 1 / Math.sqrt(columns));
      return scope(() => ({
        triangles: noise(a, [columns, columns]),
        outer: noise(b, [columns]),
        inner: noise(c, [columns]),
        bias: zeros([columns]),
        ...(reflections > 0 && { vectors: normalNoise(d, [reflections, features]) }),
      }));
    },
    forward: (params, x) =>
      scope(() => {
        expectShape(where, x, ['batch', features]);
        const parts = partsOf(params, features, columns);
        const t = tanh(inwards(parts, params.bias, x)); // (batch, columns)
        return { y: add(x, outwards(parts, t)), logDet: sumEvent(log(tanhSlope(t, parts.slopes))) };
      }),
    inverse: (params, y) =>
      scope(() => {
        expectShape(where, y, ['batch', features]);
        const parts = partsOf(params, features, columns);
        const t = tanh(roots(parts, inwards(parts, params.bias, y)));
        return { x: sub(y, outwards(parts, t)), logDet: neg(sumEvent(log(tanhSlope(t, parts.slopes)))) };
      }),
    tolerance: 1e-5,
  };
}

/** Q, R and R̃ᵀ, and the diagonal of R̃ R with 1 added, (…, columns). */
type Parts = { readonly q: Tensor; readonly r: Tensor; readonly inner: Tensor; readonly slopes: Tensor };

function partsOf(params: SylvesterParams, features: number, columns: number): Parts {
  const outer = mul(tanh(params.outer), LARGEST);
  const inner = mul(tanh(params.inner), LARGEST);
  const one = eye(columns);
  const triangle = (side: 'above' | 'below', diagonal: Tensor): Tensor =>
    add(mul(params.triangles, triangleMask(columns, side)), mul(one, expandDims(diagonal, -1)));
  const whole = params.vectors ? householderMatrix(params.vectors) : eye(features);
  return {
    q: splitAxis(whole, [columns, features - columns], -1)[0]!, // (…, features, columns)
    r: triangle('above', outer),
    inner: triangle('below', inner), // R̃ᵀ
    slopes: add(mul(outer, inner), 1),
  };
}

/** R̃ Qᵀ x + b, (batch, columns). */
function inwards({ q, inner }: Parts, bias: Tensor, x: Tensor): Tensor {
  return add(rowsTimes(rowsTimes(x, q), inner), bias);
}

/** Q R t, (batch, features). */
function outwards({ q, r }: Parts, t: Tensor): Tensor {
  return rowsTimes(rowsTimes(t, turned(r)), turned(q));
}

/** The a with a + R̃ R tanh a = c, (batch, columns), by substitution from the last. */
function roots({ r, inner, slopes }: Parts, c: Tensor): Tensor {
  const columns = c.shape[1]!;
  const product = unstack(matMul(inner, r, true, false), -1); // columns of R̃ R, (…, columns) each
  const slope = unstack(slopes, -1);
  const found: Tensor[] = [];
  let rest = c;
  for (let j = columns - 1; j >= 0; j--) {
    const a = solveTanh(squeeze(slice(rest, [0, j], [-1, 1]), [1]), slope[j]!); // (batch)
    found.unshift(a);
    rest = sub(rest, mul(expandDims(tanh(a), -1), product[j]!));
  }
  return stack(found, 1);
}

/** Rows, (batch, n), times one matrix, or each times its own, (batch, n, m): (batch, m). */
function rowsTimes(rows: Tensor, matrix: Tensor): Tensor {
  if (matrix.rank === 2) return matMul(rows, matrix);
  return squeeze(matMul(expandDims(rows, 1), matrix), [1]);
}

function turned(matrix: Tensor): Tensor {
  return matrix.rank === 2 ? transpose(matrix) : transpose(matrix, [0, 2, 1]);
}

const LARGEST = 0.9995;
