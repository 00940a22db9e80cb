import { expectIntegers } from '@genai/core';
import { expectShape, normalNoise, scope, softplus, stopGradient } from '@genai/tensor';
import {
  add,
  cast,
  div,
  expandDims,
  greater,
  log,
  mul,
  neg,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/** x₀, (features), and the raw numbers of α and of α + β, scalars; or a row of each for every example. */
export type RadialParams = { readonly center: Tensor; readonly rawAlpha: Tensor; readonly rawSlope: Tensor };

/**
 * A map around a center, y = x + β (x − x₀) / (α + r) with r = |x − x₀|, x: (batch, features).
 *
 * α and α + β, the slope at the center times α, are a softplus of raw numbers and 0.001, so that both are positive and
 * float32 can invert it. The inverse is in closed form, since r solves a quadratic equation.
 * Parameters may be (batch, …), a row for each example: see {@link amortized}.
 *
 * @example
 * const density = flow({ transforms: [radial(2), radial(2)], base: standardNormal(2) });
 * @throws GenaiError unless `features` is an integer of at least 1; when applied, if x is not (batch, features).
 * @source Rezende and Mohamed 2015, "Variational inference with normalizing flows", eq. 14 and appendix A.2.
 */
export function radial(features: number): Bijector<RadialParams> {
  const where = `radial(${features})`;
  expectIntegers(where, { features });
  /** At a distance r of x from the center, (batch): that of y in parts of it, 1 + β / (α + r), and the log-determinant in nats. */
  const at = ({ alpha, slope }: Shape, r: Tensor): { readonly stretch: Tensor; readonly logDet: Tensor } => {
    const from = add(r, alpha);
    const stretch = div(add(r, slope), from);
    // 1 + β h + β h′ r = (r² + 2 α r + α (α + β)) / (α + r)²: nothing cancels.
    const outward = add(mul(r, add(r, mul(alpha, 2))), mul(alpha, slope));
    const logDet = add(mul(log(stretch), features - 1), sub(log(outward), mul(log(from), 2)));
    return { stretch, logDet };
  };
  return {
    init: (key) => ({ center: normalNoise(key, [features]), rawAlpha: zeros([]), rawSlope: zeros([]) }),
    forward: (params, x) =>
      scope(() => {
        expectShape(where, x, ['batch', features]);
        const away = sub(x, params.center);
        const { stretch, logDet } = at(shapeOf(params), lengthOf(away));
        return { y: add(params.center, mul(away, expandDims(stretch, -1))), logDet };
      }),
    inverse: (params, y) =>
      scope(() => {
        expectShape(where, y, ['batch', features]);
        const away = sub(y, params.center);
        const shape = shapeOf(params);
        const { stretch, logDet } = at(shape, radiusBefore(shape, lengthOf(away)));
        return { x: add(params.center, div(away, expandDims(stretch, -1))), logDet: neg(logDet) };
      }),
  };
}

/** α and α + β. */
type Shape = { readonly alpha: Tensor; readonly slope: Tensor };

function shapeOf({ rawAlpha, rawSlope }: RadialParams): Shape {
  return { alpha: add(softplus(rawAlpha), LEAST), slope: add(softplus(rawSlope), LEAST) };
}

/** The r ≥ 0 with r (r + α + β) / (r + α) = s: of r² + (α + β − s) r − α s = 0 the root that does not cancel. */
function radiusBefore({ alpha, slope }: Shape, s: Tensor): Tensor {
  const half = mul(sub(s, slope), 0.5);
  const product = mul(alpha, s);
  const far = cast(greater(stopGradient(half), 0), 'float32'); // 1 where s is beyond α + β
  const size = mul(half, sub(mul(far, 2), 1)); // |half|
  const q = add(size, sqrt(add(square(half), product)));
  return add(mul(far, q), mul(sub(1, far), div(product, q)));
}

/** |x| over the last axis, with a gradient of 0 at 0. */
function lengthOf(x: Tensor): Tensor {
  return sqrt(add(sum(square(x), -1), TINY));
}

const LEAST = 1e-3;
/** Its root is far below any length that float32 tells from 0 beside a center. */
const TINY = 1e-20;
