import { GenaiError, key } from '@genai/core';
import { independent, normal, standardNormal } from '@genai/distributions';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, sub, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { flow } from './flow.js';
import { standardize } from './linear/standardize.js';
import { nsf } from './presets/nsf.js';
import { temperedFlow } from './tempered-flow.js';

test('known answers: of an affine flow the deviations are scaled, and the draws lie so much nearer to the mean', () => {
  const plain = flow({ transforms: [standardize([1, -2], [0.5, 3])], base: standardNormal(2) });
  const cooler = temperedFlow(plain, 0.5);
  scope(() => {
    const params = plain.init(key(0));
    const given = cooler.given(params);
    expect([given.batchShape, given.eventShape]).toEqual([[], [2]]);
    const mean = tensor1d([1, -2]);
    const drawn = plain.given(params).sample(key(1), [5]);
    expectClose(given.sample(key(1), [5]), add(mean, mul(sub(drawn, mean), 0.5)), { absolute: 1e-5 });
    const x = tensor2d([1, -2, 2, 0, -1, 3], [3, 2]);
    const exact = independent(normal(mean, tensor1d([0.25, 1.5])), 1);
    expectClose(given.logProb(x), exact.logProb(x), { absolute: 1e-5 });
    return [];
  });
});

test('laws: at a temperature of 1 it is the flow, at any context', () => {
  const conditional = nsf({ features: 2, context: 3, transforms: 2, hidden: [8] });
  scope(() => {
    const params = conditional.init(key(0));
    const context = normalNoise(key(1), [4, 3]);
    const [plain, same] = [conditional.at(context), temperedFlow(conditional.at(context), 1)];
    const x = normalNoise(key(2), [4, 2]);
    expectClose(same.given(params).logProb(x), plain.given(params).logProb(x), { absolute: 1e-5 });
    expectClose(same.given(params).sample(key(3), [2]), plain.given(params).sample(key(3), [2]), { absolute: 1e-5 });

    const cold = temperedFlow(conditional.at(context), 0.1);
    const { y, logDet } = cold.forward(params, x);
    expectClose(cold.given(params).logProb(x), add(cold.base(params).logProb(y), logDet), { absolute: 1e-5 });
    return [];
  });
});

test('errors: no temperature, a base without a mean', () => {
  const base = standardNormal(2);
  const meanless = {
    init: base.init,
    given: () => {
      const { mean: _, ...rest } = base.given({});
      return rest;
    },
  };
  const mixed = flow({ transforms: [standardize(0, 1)], base: meanless });
  expect(() => temperedFlow(mixed, 0)).toThrow(GenaiError);
  scope(() => {
    const params = mixed.init(key(0));
    expect(() => temperedFlow(mixed, 0.5).given(params)).toThrow(/does not know its mean/);
    return [];
  });
});
