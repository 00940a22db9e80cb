import { GenaiError, key } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { add, mul, tensor1d, tensor2d, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { discretizedLogisticMixture } from './discretized-logistic-mixture.js';

const steps = (bins: number): number[] => Array.from({ length: bins }, (_, i) => i / (bins - 1));

distributionLaws('discretized logistic mixture, one channel', () => ({
  params: () => ({
    logits: tensor2d([
      [0.3, -0.5],
      [1, 0],
    ]),
    loc: tensor3d([
      [[-0.4], [0.8]],
      [[0], [-1.2]],
    ]), // batch 2, mixtures 2, channels 1
    logScale: tensor3d([
      [[-1], [-2]],
      [[-3], [0]],
    ]),
  }),
  given: (parts) => discretizedLogisticMixture(parts, { bins: 16 }),
  support: { values: steps(16) },
  reparameterised: [],
  valueAndGrad,
}));

distributionLaws('discretized logistic mixture, three channels', () => ({
  params: () => ({
    logits: tensor1d([0.3, -0.5]),
    loc: tensor2d([
      [-0.4, 0.2, 0.5],
      [0.3, -0.1, 0],
    ]),
    logScale: tensor2d([
      [-1, -1.5, -2],
      [-0.5, -1, 0],
    ]),
    coefficients: tensor2d([
      [0.7, -0.3, 0.2],
      [-0.9, 0.8, 0.4],
    ]),
  }),
  given: (parts) => discretizedLogisticMixture(parts, { bins: 5 }),
  support: { values: steps(5) },
  reparameterised: [],
  valueAndGrad,
}));

distributionLaws('discretized logistic mixture, channels independent within a component, values from −1 to 1', () => ({
  params: () => ({
    logits: tensor2d([
      [0.3, -0.5],
      [0, 1],
    ]),
    loc: tensor3d([-0.4, 0.2, 0.3, -0.1, 0.5, 0.5, 0, -0.7], [2, 2, 2]),
    logScale: tensor3d([-1, -1.5, -0.5, -1, -1, 0, -0.5, -2], [2, 2, 2]),
  }),
  given: (parts) => discretizedLogisticMixture(parts, { bins: 4, min: -1, max: 1 }),
  support: { values: steps(4).map((x) => 2 * x - 1) },
  reparameterised: [],
  valueAndGrad,
}));

test('goldens of scipy: 256 values, three channels with coefficients, scales down to a fraction of a step', () => {
  scope(() => {
    const { logits, loc, logScale, coefficients, values, logProb } = golden.pixels;
    const parts = {
      logits: tensor1d(logits),
      loc: tensor2d(loc),
      logScale: tensor2d(logScale),
      coefficients: tensor2d(coefficients),
    };
    const x = mul(tensor2d(values), 1 / 255);
    // Scales of e^-6.5 magnify the rounding of a value by 700.
    expectClose(discretizedLogisticMixture(parts).logProb(x), logProb, { relative: 2e-5 });
    const signed = discretizedLogisticMixture(parts, { min: -1, max: 1 });
    expectClose(signed.logProb(add(mul(x, 2), -1)), logProb, { relative: 2e-5 });
  });
});

test('known answers: finite far from every component, and certain where a component lies within a step', () => {
  scope(() => {
    const narrow = discretizedLogisticMixture({
      logits: zeros([1]),
      loc: tensor2d([[2 * (100 / 255) - 1]]),
      logScale: tensor2d([[-7]]),
    });
    const [here, far] = narrow.logProb(tensor2d([[100 / 255], [1]])).dataSync();
    expect(here).toBeGreaterThan(Math.log(0.97));
    expect(far).toBeLessThan(-1000);
    expect(Number.isFinite(far)).toBe(true);
    expect(
      narrow
        .sample(key(0), [100])
        .dataSync()
        .every((x) => Math.abs(x - 100 / 255) < 2.1 / 255),
    ).toBe(true);
  });
});

test('errors: parts that do not fit', () => {
  scope(() => {
    const parts = { logits: zeros([4, 2]), loc: zeros([4, 2, 3]), logScale: zeros([4, 2, 3]) };
    const make = (changes: object, options?: object) => () =>
      discretizedLogisticMixture({ ...parts, ...changes }, options);
    expect(make({ loc: zeros([4, 3, 3]) })).toThrow(GenaiError);
    expect(make({ loc: zeros([4, 3, 3]) })).toThrow('discretizedLogisticMixture: loc: got shape [4, 3, 3]');
    expect(make({ logScale: zeros([4, 2, 1]) })).toThrow('logScale: got shape [4, 2, 1]');
    expect(make({ coefficients: zeros([4, 2, 2]) })).toThrow('coefficients: got shape [4, 2, 2], expected [4, 2, 3]');
    expect(make({}, { bins: 1 })).toThrow('bins must be an integer of at least 2');
    expect(make({}, { min: 1, max: 1 })).toThrow('min must be below max');
    expect(() => make({})().logProb(zeros([4, 2]))).toThrow('then batch [4], then event [3]');
  });
});
