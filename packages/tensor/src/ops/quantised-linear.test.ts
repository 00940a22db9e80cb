import { key, randomNormal } from '@genai/core';
import { checkGradients } from '@genai/testing/check-gradients';
import { expectClose } from '@genai/testing/expect-close';
import { add, matMul, mul, ones, reshape, square, type Tensor, tensor, tidy, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { owned, scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { dequantised } from './dequantised.js';
import { dequantise, quantise } from './quantise.js';
import { quantisedLinear } from './quantised-linear.js';

describe.each([16, 8, 4] as const)('of %i bits', (bits) => {
  const host = quantise(Float32Array.from(randomNormal(key(0), 5 * 96)), { inputs: 96, bits });
  const codes = (): Tensor => tensor(host.codes, [5, 3 * bits], 'int32');
  const scales = (): Tensor | undefined => host.scales && tensor(host.scales, [5, 3]);
  const noise = (seed: number, shape: number[]): Tensor =>
    tensor(
      randomNormal(
        key(seed),
        shape.reduce((a, b) => a * b),
      ),
      shape,
    );

  test('known answers: dequantised is what the host makes of it, to the bit', () => {
    using made = owned(scope(() => ({ weights: dequantised(codes(), scales()) })));
    expect(made.weights.shape).toEqual([5, 96]);
    expect(made.weights.dataSync()).toEqual(dequantise(host));
  });

  test('laws: the product with the dequantised weights, and its first and second derivatives', async () => {
    using made = owned(
      scope(() => {
        const x = noise(1, [2, 3, 96]);
        const bias = noise(2, [5]);
        const weights = tensor(dequantise(host), [5, 96]);
        const got = quantisedLinear(x, codes(), scales(), bias);
        const product = matMul(reshape(x, [6, 96]), weights, false, true);
        return { got, want: add(reshape(product, [2, 3, 5]), bias) };
      }),
    );
    expectClose(made.got, made.want, { absolute: 1e-5 });
    const inputs = [noise(3, [2, 96]), noise(4, [5])];
    const [c, s] = [codes(), scales()];
    const bent = (x: Tensor, bias: Tensor): Tensor => scope(() => mul(square(quantisedLinear(x, c, s, bias)), 0.05));
    await checkGradients(bent, inputs, { order: 2, valueAndGrad });
    for (const t of [...inputs, c, s]) t?.dispose();
  });
});

test.each([8, 4] as const)('known answers: every code there is of %i bits', (bits) => {
  const all = Int32Array.from({ length: 32 * bits }, (_, i) => Math.imul(i * 4 + 1, 0x9e3779b1));
  const scale = new Float32Array(32).fill(1);
  using made = owned(scope(() => ({ q: dequantised(tensor(all, [32, bits], 'int32'), ones([32, 1])) })));
  expect(made.q.dataSync()).toEqual(dequantise({ codes: all, scales: scale }));
  const few = new Set(made.q.dataSync());
  expect(Math.min(...few)).toBe(bits === 8 ? Math.min(...new Int8Array(all.buffer)) : -8);
});

test('known answers: every float16 there is, in either half of a number', () => {
  const finite = Uint16Array.from({ length: 2 * 0x7c00 }, (_, i) => (i & 1 ? 0x8000 : 0) | (((i >> 1) * 9) % 0x7c00));
  const turned = finite.map((_, i) => finite[i ^ 1]!);
  const codes = Int32Array.from([finite, turned].flatMap((bits) => [...new Int32Array(bits.buffer)]));
  using made = owned(scope(() => ({ weights: dequantised(tensor(codes, [124, 512], 'int32')) })));
  const bitsOf = (x: Float32Array): Int32Array => new Int32Array(x.buffer); // −0 too
  expect(bitsOf(Float32Array.from(made.weights.dataSync()))).toEqual(bitsOf(dequantise({ codes })));
  expect(new Set(made.weights.dataSync()).size).toBe(2 * 0x7c00 - 1); // both zeros count as one
});

test('errors: codes and scales that do not fit together, an input of another size', () => {
  const run = (words: number, width: number) => () =>
    tidy(() => void quantisedLinear(zeros([1, width]), zeros([3, words], 'int32'), zeros([3, 2])));
  expect(run(16, 64)).not.toThrow();
  expect(run(12, 64)).toThrow('expected int32 codes, 4 or 8 times as many as scales');
  expect(run(16, 32)).toThrow('quantisedLinear: x: got shape [1, 32], expected […, 64].');
  expect(() => tidy(() => void dequantised(zeros([3, 16]), zeros([3, 2])))).toThrow('got float32 codes');
  expect(() => tidy(() => void dequantised(zeros([3, 24], 'int32')))).toThrow(
    'got int32 codes of shape [3, 24] and no scales, expected int32 codes, a multiple of 16 in a row. Make both with',
  );
});
