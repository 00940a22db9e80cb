import { key } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  exp,
  mean,
  mul,
  neg,
  ones,
  reshape,
  scalar,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import type { Bijector } from './bijector.js';
import { drawScored } from './draw-scored.js';
import { flow } from './flow.js';
import { importanceSample } from './importance-sample.js';
import { reverseKl } from './reverse-kl.js';
import { tempered } from './tempered.js';

/** x = loc + e^logScale · z, data from noise. */
const locationScale: Bijector<{ loc: Tensor; logScale: Tensor }> = {
  init: () => ({ loc: zeros([2]), logScale: zeros([2]) }),
  forward: ({ loc, logScale }, x) =>
    scope(() => ({
      y: mul(sub(x, loc), exp(neg(logScale))),
      logDet: mul(ones([x.shape[0]!]), neg(sum(logScale))),
    })),
  inverse: ({ loc, logScale }, y) =>
    scope(() => ({ x: add(loc, mul(y, exp(logScale))), logDet: mul(ones([y.shape[0]!]), sum(logScale)) })),
};
const normalFlow = flow({ transforms: [locationScale], base: standardNormal(2) });

/** That of N((1, 1), 0.25 I) plus 3: log Z = log(2π · 0.25) − 3. */
const energy = (x: Tensor): Tensor => add(mul(sum(square(sub(x, 1)), -1), 2), 3);
const logZ = Math.log(2 * Math.PI * 0.25) - 3;

test('known answers: at the density of the energy, every draw has the value −log Z', () => {
  scope(() => {
    const params = { transforms: [{ loc: ones([2]), logScale: mul(ones([2]), Math.log(0.5)) }] as never, base: {} };
    const objective = reverseKl(normalFlow, energy, { samples: 3 });
    const { loss, energy: mean } = objective.loss(params as never, undefined, key(1), scalar(0));
    expect(loss.dataSync()[0]).toBeCloseTo(-logZ, 4);
    expect(mean.dataSync()[0]).toBeGreaterThan(3);
    const drawn = importanceSample(normalFlow, params as never, energy, { key: key(2), samples: 100 });
    expect(drawn.logNormalizer.dataSync()[0]).toBeCloseTo(logZ, 4);
    expect(drawn.effectiveSampleSize.dataSync()[0]).toBeCloseTo(100, 2);
    return [];
  });
});

test('known answers: a gradient descent on reverse KL finds mean and scale, and weights correct what is left', () => {
  scope(() => {
    let params = normalFlow.init(key(0));
    const objective = reverseKl(normalFlow, energy);
    for (let i = 0; i < 150; i++) {
      const { grad } = valueAndGrad((p) => objective.loss(p, undefined, key(i), scalar(i)), params);
      const [at] = params.transforms;
      const [by] = grad.transforms;
      params = {
        ...params,
        transforms: [{ loc: sub(at.loc, mul(by.loc, 0.1)), logScale: sub(at.logScale, mul(by.logScale, 0.1)) }],
      };
    }
    expectClose(params.transforms[0].loc, [1, 1], { absolute: 0.02 });
    expectClose(params.transforms[0].logScale, [Math.log(0.5), Math.log(0.5)], { absolute: 0.02 });
    const wide: typeof params = { ...params, transforms: [{ loc: zeros([2]), logScale: zeros([2]) }] };
    const drawn = importanceSample(normalFlow, wide, energy, { key: key(2), samples: 20_000 });
    expect(drawn.logNormalizer.dataSync()[0]).toBeCloseTo(logZ, 1);
    expectClose(sum(mul(drawn.x, reshape(drawn.weights, [-1, 1])), 0), [1, 1], { absolute: 0.05 });
    const worth = drawn.effectiveSampleSize.dataSync()[0]!;
    expect(worth).toBeGreaterThan(1000);
    expect(worth).toBeLessThan(15_000);
    return [];
  });
});

test('laws: draws are scored as the density scores them', () => {
  scope(() => {
    const params = { transforms: [{ loc: ones([2]), logScale: ones([2]) }] as const, base: {} } as never;
    const { x, logProb } = drawScored(normalFlow, params, key(1), 7);
    expectClose(logProb, normalFlow.given(params).logProb(x), { absolute: 1e-5 });
    return [];
  });
});

test('errors: an energy that is not one number a draw', () => {
  scope(() => {
    const objective = reverseKl(normalFlow, (x) => mean(x), { samples: 3 });
    expect(() => objective.loss(normalFlow.init(key(0)), undefined, key(1), scalar(0))).toThrow(/\[3\]/);
    expect(() => reverseKl(normalFlow, energy, { samples: 0 })).toThrow(/samples/);
    expect(() => tempered(standardNormal(2), 0)).toThrow(/temperature/);
    return normalNoise(key(0), [1]);
  }).dispose();
});
