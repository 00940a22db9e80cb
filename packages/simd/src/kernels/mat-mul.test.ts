import {
  broadcastTo,
  fused,
  gather,
  matMul,
  reshape,
  slice,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

afterEach(stopSimd);

/** Numbers between −1 and 1 without a pattern, the same on every engine. */
function numbers(shape: readonly number[], seed = 1): Tensor {
  const size = shape.reduce((product, side) => product * side, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin((i + 1) * 12.9898 * seed + seed) * 0.99);
  return tensor(values, shape as number[]);
}

const CLOSE = { tolerance: 1e-4, floor: 0.1 };

test.for([{}, { threads: 1 }, { variant: 'simd' }, { variant: 'scalar' }] as const)(
  'laws: products of any shape and turn are those of the cpu engine: %o',
  async (options) => {
    await startSimd(options);
    const sizes = [
      [1, 1, 1],
      [1, 300, 70],
      [300, 1, 70],
      [2, 3, 400],
      [5, 17, 0],
      [0, 4, 3],
      [4, 0, 3],
      [33, 65, 257],
      [64, 31, 2],
      [130, 100, 90],
      [9, 20, 5000],
    ] as const;
    for (const [m, n, k] of sizes) {
      for (const transposeA of [false, true]) {
        for (const transposeB of [false, true]) {
          await expectAsOnCpu(() => {
            const a = numbers(transposeA ? [k, m] : [m, k], 1);
            const b = numbers(transposeB ? [n, k] : [k, n], 2);
            return matMul(a, b, transposeA, transposeB);
          }, CLOSE);
        }
      }
    }
  },
);

test('laws: batches, and one matrix for many', async () => {
  await startSimd();
  const shapes = [
    [[7], [7]],
    [[50], [50]],
    [[1], [6]],
    [[6], [1]],
    [[6], []],
    [[2, 3], [3]],
    [
      [2, 3],
      [2, 3],
    ],
    [[0], [0]],
  ] as const;
  for (const [a, b] of shapes) {
    for (const turned of [false, true]) {
      await expectAsOnCpu(
        () => matMul(numbers([...a, 9, 20], 1), numbers([...b, ...(turned ? [33, 20] : [20, 33])], 2), false, turned),
        CLOSE,
      );
    }
  }
});

test('laws: each operand may lack the other’s batches', async () => {
  await startSimd();
  tidy(() => {
    const a = numbers([2, 1, 5, 4], 1);
    const b = numbers([1, 3, 4, 6], 2);
    const all = matMul(a, b);
    expect(all.shape).toEqual([2, 3, 5, 6]);
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 3; j++) {
        const one = matMul(reshape(gather(a, [i]), [5, 4]), reshape(gather(b, [j], 1), [4, 6]));
        expect(slice(all, [i, j], [1, 1]).dataSync()).toEqual(one.dataSync());
      }
    }
  });
});

test.for(['linear', 'relu', 'relu6', 'elu', 'leakyrelu', 'sigmoid', 'prelu'] as const)(
  'laws: a bias and %s at the end',
  async (activation) => {
    await startSimd();
    for (const [m, n, k] of [
      [3, 5, 7],
      [40, 70, 300],
      [1, 64, 64],
      [5, 3, 0],
    ] as const) {
      for (const withBias of [false, true]) {
        await expectAsOnCpu(
          () =>
            fused.matMul({
              a: numbers([m, k], 1),
              b: numbers([n, k], 2),
              transposeB: true,
              ...(withBias ? { bias: numbers([n], 3) } : {}),
              activation,
              leakyreluAlpha: 0.3,
              ...(activation === 'prelu' ? { preluActivationWeights: numbers([n], 4) } : {}),
            }),
          CLOSE,
        );
      }
    }
  },
);

test('laws: NaN and infinities are not lost', async () => {
  await startSimd();
  await expectAsOnCpu(() => matMul(tensor([Number.NaN, 1, 0, 1], [2, 2]), tensor([1, 2, 3, 4], [2, 2])));
  await expectAsOnCpu(() =>
    fused.matMul({ a: tensor([Number.NaN, 1], [1, 2]), b: tensor([1, 2, 3, 4], [2, 2]), activation: 'relu' }),
  );
  await expectAsOnCpu(() => matMul(tensor([Number.POSITIVE_INFINITY, 0], [1, 2]), zeros([2, 3])));
});

test('misuse: matrices that do not fit are refused', async () => {
  await startSimd();
  expect(() => tidy(() => matMul(zeros([2, 3]), zeros([4, 5])))).toThrow(/inner shapes/);
});

test('laws: batches that both operands stretch over, in turns, are multiplied as if they were whole', async () => {
  await startSimd();
  const [a, b] = [numbers([2, 3, 4, 5, 6]), numbers([1, 3, 1, 6, 7], 2)];
  const whole = tidy(() => matMul(a, broadcastTo(b, [2, 3, 4, 6, 7])).dataSync() as never as Float32Array);
  const stretched = tidy(() => matMul(a, b).dataSync() as never as Float32Array);
  expect(stretched).toEqual(whole);
  a.dispose();
  b.dispose();
});
