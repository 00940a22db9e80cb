import { key, type LowerBound, leaves, type Model, sizeOf } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { floor, moments, mul, reshape, slice, sub, type Tensor, tile } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { boundNll } from '../dequantize/bound-nll.js';
import { dequantized } from '../dequantize/dequantized.js';
import { logitTransform } from '../elementwise/logit-transform.js';
import { flow } from '../flow.js';
import { standardize } from '../linear/standardize.js';
import { checkerboardFlow } from './checkerboard-flow.js';
import { glow } from './glow.js';
import { imageCouplings } from './image-couplings.js';
import { multiScaleFlow } from './multi-scale-flow.js';
import { pixelNoise } from './pixel-noise.js';
import { splineImageFlow } from './spline-image-flow.js';
import { splineScales } from './spline-scales.js';
import { squareNoise } from './square-noise.js';

bijectorLaws('imageCouplings of pixels beside an image', () => ({
  map: imageCouplings({ shape: [2, 2, 1], count: 2, hidden: 2, context: 1 }),
  x: () => normalNoise(key(1), [2, 2, 2, 1]),
  context: () => normalNoise(key(2), [2, 2, 2, 1]),
  spread: 0.3,
  settings: 200,
}));
bijectorLaws('imageCouplings of channels', () => ({
  map: imageCouplings({ shape: [1, 2, 3], count: 2, by: 'channels', hidden: 2 }),
  x: () => normalNoise(key(1), [2, 1, 2, 3]),
  spread: 0.3,
  settings: 200,
}));
bijectorLaws('glow of two levels', () => ({
  map: glow({ shape: [4, 4, 1], levels: 2, steps: 1, hidden: 3, key: key(5) }),
  x: () => normalNoise(key(1), [2, 4, 4, 1]),
  spread: 0.2,
  settings: 200,
}));
bijectorLaws('splines over two scales of squares', () => ({
  map: splineScales({ shape: [4, 4, 1], couplings: [1, 1], hidden: 2, layers: 1, bins: 3 }),
  x: () => normalNoise(key(1), [1, 4, 4, 1]),
  spread: 0.1,
  settings: 200,
  accuracy: 1e-4, // behind flat maps, whose slopes multiply
}));

const shape = [28, 28, 1] as const;
const count = (params: Parameters<typeof leaves<Tensor>>[0]): number => {
  using held = owned([params]);
  return leaves<Tensor>(held[0]!).reduce((total, [, leaf]) => total + sizeOf(leaf.shape), 0);
};

test("known answers: the parameters of UvA's tutorial 11, all counted there", () => {
  expect(count(dequantized(checkerboardFlow({ shape })).init(key(0)))).toBe(556_312);
  expect(count(dequantized(checkerboardFlow({ shape }), { noise: pixelNoise({ shape }) }).init(key(0)))).toBe(628_388);
  expect(count(dequantized(multiScaleFlow({ shape }), { noise: pixelNoise({ shape }) }).init(key(0)))).toBe(1_711_818);
});

test('known answers: at first every preset is the logit of the image, in the order of its scales', () => {
  const small = [4, 4, 1] as const;
  scope(() => {
    const x = floor(uniformNoise(key(1), [3, ...small], { max: 8 }));
    const alone = dequantized(checkerboardFlow({ shape: small, hidden: 2, count: 2 }), { levels: 8 });
    const scales = dequantized(multiScaleFlow({ shape: small, hidden: [2, 2, 2] }), {
      levels: 8,
      noise: pixelNoise({ shape: small, hidden: 2, count: 2 }),
    });
    const uniform = dequantized(multiScaleFlow({ shape: small, hidden: [2, 2, 2] }), { levels: 8 });
    const of = <P>(model: Model<P, LowerBound<Tensor>>, samples: number): Tensor =>
      model.given(model.init(key(0))).logProbBound(x, key(3), samples);
    const squares = dequantized(splineImageFlow({ shape: small, hidden: 2 }), {
      levels: 8,
      noise: squareNoise({ shape: small, hidden: 2, count: 2 }),
    });
    const plain = dequantized(splineImageFlow({ shape: small, hidden: 2 }), { levels: 8 });
    expectClose(of(uniform, 1), of(alone, 1), { absolute: 1e-4 });
    const [c, d] = [of(squares, 20).dataSync(), of(plain, 20).dataSync()];
    for (const i of [0, 1, 2]) expect(Math.abs(c[i]! - d[i]!)).toBeLessThan(2);
    const [a, b] = [of(scales, 50).dataSync(), of(alone, 50).dataSync()];
    for (const i of [0, 1, 2]) expect(Math.abs(a[i]! - b[i]!)).toBeLessThan(2); // other draws of the same noise
    expect(alone.given(alone.init(key(0))).sample(key(2), [2]).shape).toEqual([2, ...small]);
    expect(scales.given(scales.init(key(0))).sample(key(2), [2, 3]).shape).toEqual([2, 3, ...small]);
    const { loss } = boundNll(scales).loss(scales.init(key(0)), x, key(1), x);
    expect(Number.isFinite(loss.dataSync()[0])).toBe(true);
    return [];
  });
});

test('known answers: a new flow of splines is the logit of the image, standardised, and draws images', () => {
  scope(() => {
    const small = [4, 8, 3] as const;
    const model = dequantized(splineImageFlow({ shape: small, couplings: [2, 1], hidden: 2 }), { levels: 8 });
    const logits = dequantized(
      flow({
        transforms: [logitTransform({ alpha: 5e-6 }), standardize(-3, 3)],
        base: standardNormal(small),
      }),
      { levels: 8 },
    );
    const x = floor(uniformNoise(key(1), [3, ...small], { max: 8 }));
    const given = model.given(model.init(key(0)));
    expectClose(given.logProbBound(x, key(3)), logits.given(logits.init(key(0))).logProbBound(x, key(3)), {
      absolute: 1e-3,
    });
    expect(given.sample(key(2), [2, 3]).shape).toEqual([2, 3, ...small]);
    return [];
  });
});

test('errors: images that cannot be halved, no scale, a size of 0', () => {
  expect(() => splineScales({ shape: [28, 28, 1], couplings: [1, 1, 1] })).toThrow(
    '28 × 28 cannot be halved at each of 3',
  );
  expect(() => splineScales({ shape: [28, 28, 1], couplings: [] })).toThrow('cannot be halved at each of 0 scales');
  expect(() => splineScales({ shape: [28, 28, 1], couplings: [0] })).toThrow('couplings must be');
});

test('laws: a started glow has actnorms that give mean 0 and deviation 1, through all of its levels', () => {
  const density = flow({
    transforms: [glow({ shape: [4, 4, 1], levels: 2, steps: 1, hidden: 3, key: key(5) })],
    base: standardNormal(16),
  });
  scope(() => {
    const x = mul(sub(uniformNoise(key(1), [64, 4, 4, 1]), 0.2), 7);
    const params = density.start(density.init(key(0)), x);
    const z = density.forward(params, x).y; // (64, 16): 2 × 2 × 2 leave, then 1 × 1 × 8
    // Behind an actnorm come a permutation and the coupling, which scales what moves by σ(2) + 0.001 at first.
    const scale = 1 / (1 + Math.exp(-2)) + 1e-3;
    const first = moments(reshape(slice(z, [0, 0], [64, 8]), [64 * 4, 2]), 0);
    expectClose(first.mean, [0, 0], { absolute: 1e-5 });
    expectClose(first.variance, [scale ** 2, scale ** 2], { absolute: 1e-4 });
    const second = moments(slice(z, [0, 8], [64, 8]), 0);
    expectClose(second.mean, tile(sub(first.mean, first.mean), [4]), { absolute: 1e-5 });
    expectClose(second.variance, [1, 1, 1, 1, ...Array.from({ length: 4 }, () => scale ** 2)], { absolute: 1e-4 });
    return [];
  });
});

test('errors: images that cannot be halved so often', () => {
  expect(() => glow({ shape: [6, 6, 1], levels: 2, steps: 1, key: key(0) })).toThrow('glow: images of 3 × 3 cannot be');
  expect(() => imageCouplings({ shape: [4, 4, 1], count: 2, by: 'channels' })).toThrow('passes must let some elements');
});
