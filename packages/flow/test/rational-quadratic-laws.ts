import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, square, sum, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { test } from 'vitest';
import golden from '../golden/rational-quadratic-map.json' with { type: 'json' };
import { rationalQuadraticMap } from '../src/scalar/rational-quadratic-map.js';
import { scalarMapLaws } from './scalar-map-laws.js';

/** The goldens and the laws of `rationalQuadraticMap`, as vitest tests on the engine that is current. */
export function rationalQuadraticLaws(): void {
  test.each(golden.cases)('goldens: $bins bins within ±$bound as zuko, in value, log-slope and gradient', (c) => {
    const map = rationalQuadraticMap(c);
    const loss = ({ x, raw }: { x: Tensor; raw: Tensor }) => {
      const { y, logSlope } = map.forward(x, raw);
      return { loss: sum(add(mul(square(y), 0.5), logSlope)) };
    };
    using made = owned(
      scope(() => {
        const [x, raw] = [tensor(c.x), tensor(c.raw)];
        return { ...map.forward(x, raw), back: map.inverse(tensor(c.y), raw).x, ...valueAndGrad(loss, { x, raw }) };
      }),
    );
    expectClose(made.y, c.y, { absolute: 1e-5, relative: 1e-6 });
    expectClose(made.logSlope, c.logSlope, { absolute: 2e-5, relative: 1e-5 });
    const size = Math.max(...c.gradRaw.flat().map(Math.abs));
    expectClose(made.grad.raw, c.gradRaw, { absolute: 1e-5 * size });
    // At the bound itself the log-slope has two one-sided derivatives, and zuko takes the other.
    const bent = (values: readonly number[]): number[] => values.filter((_, i) => Math.abs(c.x[i]!) !== c.bound);
    const steepest = Math.max(
      ...bent(c.gradX)
        .map(Math.abs)
        .filter((slope) => slope < 99),
    );
    expectClose(bent([...made.grad.x.dataSync()]), bent(c.gradX), { absolute: 1e-5 * steepest });
  });

  scalarMapLaws('rationalQuadraticMap', () => ({
    map: rationalQuadraticMap(),
    points: [-5, 5, -4.9999, 4.9999, 5.0001, -30, 30, -1e6],
    ulps: 4,
    range: 5,
  }));
  scalarMapLaws('rationalQuadraticMap at its knots', () => ({
    map: rationalQuadraticMap({ bins: 4, bound: 4 }),
    points: [-4, -2, 0, 2, 4],
    // Equal widths, so that knots stand at −4, −2, 0, 2 and 4.
    fixed: (raw) => mul(raw, tensor1d([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1])),
    ulps: 4,
    range: 4,
  }));
}
