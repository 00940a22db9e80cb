import { GenaiError } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { abs, memory, mul, ones, slice, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed } from '../../golden/hashed.js';
import golden from '../../golden/images.json' with { type: 'json' };
import { multiScaleSsim } from './multi-scale-ssim.js';
import { psnr } from './psnr.js';
import { ssim } from './ssim.js';

/** The images of golden/images.py. */
function pair(seed: number, shape: readonly number[], scale = 1): { a: Tensor; b: Tensor } {
  const size = shape.reduce((product, n) => product * n, 1);
  const [first, second] = [hashed(seed, size), hashed(seed + 1, size)];
  const mixed = Float32Array.from(first, (value, i) => scale * (0.7 * value + 0.3 * second[i]!));
  return {
    a: tensor(
      first.map((value) => value * scale),
      [...shape],
    ),
    b: tensor(mixed, [...shape]),
  };
}

/** The gradient of the sum at `a`. */
const slopeOf = (f: (a: Tensor, b: Tensor) => Tensor, a: Tensor, b: Tensor): Tensor =>
  valueAndGrad((at: { a: Tensor }) => ({ loss: sum(f(at.a, b)) }), { a }).grad.a;

describe.each(golden.pairs)('a range of $scale, $shape', ({ seed, shape, scale, ...expected }) => {
  const range = scale;
  test('parity: values are those of torchmetrics and scikit-image', () => {
    using images = owned(pair(seed, shape, scale));
    const { a, b } = images;
    using found = owned({
      psnr: psnr(a, b, { range }),
      ssim: ssim(a, b, { range }),
      narrow: ssim(a, b, { range, window: 7, sigma: 0.9, k1: 0.05, k2: 0.1 }),
      inside: ssim(a, b, { range, inside: true }),
    });
    expectClose(found.psnr, expected.psnr, { absolute: 0, relative: 1e-5 });
    expectClose(found.ssim, expected.ssim, { absolute: 0, relative: 1e-5 });
    expectClose(found.narrow, expected.narrow, { absolute: 0, relative: 1e-5 });
    expectClose(found.inside, expected.inside, { absolute: 0, relative: 1e-5 });
  });

  test('parity: the gradient is that of PyTorch', () => {
    scope(() => {
      const { a, b } = pair(seed, shape, scale);
      const slope = slopeOf((x, y) => ssim(x, y, { range }), a, b);
      const weights = tensor(hashed(9, a.size), a.shape);
      expectClose(sum(mul(slope, weights)), expected.slope[0]!, { absolute: 1e-5 / scale, relative: 1e-4 });
      expectClose(sum(abs(slice(slope, [0, 0, 0, 0], [1, 1, -1, -1]))), expected.slope[1]!, { relative: 1e-4 });
    });
  });
});

test.each(golden.scales)('parity: $shape at several scales, and the gradient, as PyTorch has them', (expected) => {
  scope(() => {
    const { a, b } = pair(expected.seed, expected.shape);
    const options = { range: 1, ...(expected.exponents && { exponents: expected.exponents }) };
    expectClose(multiScaleSsim(a, b, options), expected.value, { absolute: 0, relative: 1e-5 });
    const slope = slopeOf((x, y) => multiScaleSsim(x, y, options), a, b);
    expectClose(sum(mul(slope, tensor(hashed(9, a.size), a.shape))), expected.slope, { absolute: 1e-5 });
  });
});

test('parity: images smaller than the window', () => {
  using images = owned(pair(15, [2, 8, 6, 1]));
  using found = owned([ssim(images.a, images.b, { range: 1 })]);
  expectClose(found[0]!, golden.small, { absolute: 0, relative: 1e-5 });
});

test('known answers: equal images, flat images, opposite images', () => {
  scope(() => {
    const { a } = pair(1, [1, 22, 24, 2]);
    const options = { range: 1, exponents: [0.5, 0.5] };
    expectClose(ssim(a, a, options), [1]);
    expectClose(multiScaleSsim(a, a, options), [1]);
    expect(psnr(a, a, options).dataSync()[0]).toBe(Number.POSITIVE_INFINITY);
    // Of flat images only luminance is left: (2 · 1 · ½ + 0.01²) / (1 + ¼ + 0.01²).
    const [light, grey] = [ones([1, 22, 24, 1]), mul(ones([1, 22, 24, 1]), 0.5)];
    expectClose(ssim(light, grey, options), [1.0001 / 1.2501], { relative: 1e-4 });
    expectClose(psnr(light, grey, options), [20 * Math.log10(2)]);
    expectClose(psnr(mul(light, 255), mul(grey, 255), { range: 255 }), [20 * Math.log10(2)]);
    // The contrast of a picture and its negative is below 0, which counts as 0, with a gradient of 0.
    const negative = mul(a, -1);
    expectClose(multiScaleSsim(a, negative, options), [0]);
    expectClose(
      slopeOf((x, y) => multiScaleSsim(x, y, options), a, negative),
      zeros(a.shape),
    );
  });
});

test('laws: first and second derivatives are those of differences', async () => {
  using images = owned(pair(3, [1, 14, 16, 1]));
  const options = { range: 1, window: 5, exponents: [0.4, 0.6] };
  const scores = (a: Tensor, b: Tensor): Tensor => ssim(a, b, options);
  await checkGradients(scores, [images.a, images.b], { order: 2, valueAndGrad, epsilon: 0.004, tolerance: 2e-3 });
  const scales = (a: Tensor, b: Tensor): Tensor => multiScaleSsim(a, b, options);
  await checkGradients(scales, [images.a, images.b], { order: 2, valueAndGrad, epsilon: 0.004, tolerance: 2e-3 });
});

test('laws: nothing but the result is left over', () => {
  using images = owned(pair(3, [1, 24, 22, 1]));
  const before = memory().numTensors;
  using _results = owned([
    psnr(images.a, images.b, { range: 1 }),
    ssim(images.a, images.b, { range: 1 }),
    multiScaleSsim(images.a, images.b, { range: 1, exponents: [1, 1] }),
  ]);
  expect(memory().numTensors).toBe(before + 3);
});

test('errors: shapes, ranges and windows', () => {
  using made = owned({ a: zeros([1, 12, 14, 1]), b: zeros([1, 14, 12, 1]), flat: zeros([12, 14, 1]) });
  const { a, b, flat } = made;
  expect(() => ssim(flat, flat, { range: 1 })).toThrow(GenaiError);
  expect(() => psnr(a, b, { range: 1 })).toThrow('psnr, b: got shape [1, 14, 12, 1], expected [1, 12, 14, 1].');
  expect(() => psnr(a, a, { range: 0 })).toThrow('psnr: got range 0, expected a positive number.');
  expect(() => ssim(a, a, { range: 1, window: 4 })).toThrow('ssim: window must be odd, got 4. Pass 5.');
  expect(() => ssim(a, a, { range: 1, window: 27 })).toThrow('ssim: height must be an integer of at least 14, got 12.');
  expect(() => ssim(a, a, { range: 1, window: 13, inside: true })).toThrow('height must be an integer of at least 13');
  expect(() => ssim(a, a, { range: 1, sigma: 0 })).toThrow('ssim: got sigma 0');
  expect(() => multiScaleSsim(a, a, { range: 1 })).toThrow('expected sides of at least 176 for 5 scales');
  expect(() => multiScaleSsim(a, a, { range: 1, exponents: [] })).toThrow('at least one');
});
