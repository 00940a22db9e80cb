import { key } from '@genai/core';
import { gaussian } from '@genai/distributions';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { add, concat, mul, slice, tensor, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalFlow } from '../conditional-flow.js';
import { realNvp } from '../presets/real-nvp.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import { modulatedCoupling } from './modulated-coupling.js';
import { pointFlow } from './point-flow.js';
import { pointNet } from './point-net.js';
import { splinePoints } from './spline-points.js';

const points = splinePoints({ context: 2, hidden: [8], modulation: [8] });
/** Parameters that are not those of the beginning, at which the shape is not heard. */
const moved = (params: ReturnType<typeof points.init>) => ({
  ...params,
  transforms: params.transforms.map((own, i) => ({
    ...own,
    modulation: own.modulation.map(({ weight, ...rest }, j) => ({
      ...rest,
      weight: add(weight, mul(normalNoise(key(100 + 10 * i + j), weight.shape), 0.2)),
    })),
  })),
});

modelLaws('pointFlow with splinePoints', () => ({
  model: pointFlow({
    encoder: gaussian(pointNet({ outputs: 2 * 2, each: [8], whole: [8] })),
    prior: realNvp({ features: 2, transforms: 2, hidden: [8] }),
    points: splinePoints({ context: 2, transforms: 3, hidden: [4], modulation: [4] }),
    count: 5,
  }),
  context: () => undefined,
  data: () => normalNoise(key(1), [2, 6, 3]),
}));

test('laws: it is the conditional flow of its couplings, which sees the shape repeated for every point', () => {
  const passes = [0, 1, 2, 0, 1, 2].map((moves) => [0, 1, 2].map((feature) => feature !== moves));
  const map = rationalQuadraticMap({ bound: 4 });
  const repeated = conditionalFlow({
    transforms: passes.map((passes) =>
      modulatedCoupling({ features: 3, context: 2, passes, map, hidden: [8], modulation: [8] }),
    ),
    base: { init: () => ({}), given: () => points.at(tensor([[0, 0]])).base(points.init(key(0))) },
  });
  scope(() => {
    const params = moved(points.init(key(0)));
    const z = normalNoise(key(1), [3, 2]);
    const x = normalNoise(key(2), [4, 3, 3]); // (points, batch, 3)
    const logs = points.given(params, z).logProb(x);
    expect(logs.shape).toEqual([4, 3]);
    expectClose(
      logs,
      repeated
        .given({ ...params, embed: {} }, z)
        .logProb(x)
        .dataSync(),
      { absolute: 1e-4 },
    );
    const noise = normalNoise(key(3), [12, 3]);
    const { x: drawn } = points.at(z).inverse(params, noise);
    expectClose(points.at(z).forward(params, drawn).y, noise, { absolute: 1e-4 });
    return [];
  });
});

test('laws: each shape has its own points, whatever stands beside it', () => {
  scope(() => {
    const params = moved(points.init(key(0)));
    const z = normalNoise(key(1), [2, 2]);
    const x = normalNoise(key(2), [5, 2, 3]);
    const both = points.given(params, z).logProb(x);
    const alone = [0, 1].map((i) => points.given(params, slice(z, [i], [1])).logProb(slice(x, [0, i], [5, 1])));
    expectClose(both, concat(alone, 1).dataSync(), { absolute: 1e-4 });
    const other = points.given(params, tile(slice(z, [0], [1]), [2, 1])).logProb(x);
    expect(other.dataSync()[1]).not.toBeCloseTo(both.dataSync()[1]!, 3);
    return [];
  });
});

test('errors: one feature, a size of 0', () => {
  expect(() => splinePoints({ context: 2, features: 1 })).toThrow(/splinePoints/);
  expect(() => splinePoints({ context: 0 })).toThrow(/context/);
});
