import { GenaiError } from '@genai/core';
import {
  div,
  gather,
  gatherND,
  grad,
  mul,
  oneHot,
  scatterND,
  sum,
  type Tensor,
  type Tensor1D,
  tensor,
  tensor1d,
  tidy,
  unsortedSegmentSum,
} from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

beforeEach(async () => void (await startSimd({ threads: 2 })));
afterEach(stopSimd);

test('laws: gather is as on the cpu engine, along every axis, in batches, for every dtype', async () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    for (const axis of [0, 1, 2, -1]) {
      await exactly(() => gather(numbered([4, 5, 6], dtype), indices([2, 3], 4), axis));
    }
    await exactly(() => gather(numbered([3, 7, 4], dtype), indices([3, 5], 7), 1, 1));
    await exactly(() => gather(numbered([9], dtype), indices([100], 9)));
  }
  await exactly(() => gather(numbered([4, 5], 'float32'), indices([0], 4)));
  await exactly(() => gather(numbered([0, 5], 'float32'), indices([0], 4)));
  await exactly(() => gather(numbered([50, 384], 'float32'), indices([700], 50)));
});

test('laws: its gradient sums what was taken more than once', async () => {
  await expectAsOnCpu(() =>
    grad((x: Tensor) => sum(mul(gather(x, indices([40], 5)), numbered([40, 3], 'float32'))))(
      numbered([5, 3], 'float32'),
    ),
  );
});

test('errors: an index out of range; the next call knows nothing of it', () => {
  tidy(() => {
    const x = numbered([4, 2], 'float32');
    for (const index of [-1, 4, 2 ** 31 - 1]) {
      const rows = tensor([1, index], [2], 'int32');
      const places = tensor([1, index], [2, 1], 'int32');
      expect(() => gather(x, rows)).toThrow(GenaiError);
      expect(() => gather(x, rows)).toThrow(`GatherV2: index ${index} (number 1 of the indices) is out of range`);
      expect(() => gatherND(x, places)).toThrow(GenaiError);
      expect(() => scatterND(places, tensor1d([1, 2]), [4])).toThrow(GenaiError);
      expect([...gather(x, tensor1d([1], 'int32')).dataSync()]).toEqual([2, 3]);
    }
  });
});

test('laws: rows of several indices are taken, and put and summed, as on the cpu engine', async () => {
  const at = (): Tensor =>
    tensor(
      [
        [1, 2],
        [0, 0],
        [2, 3],
        [1, 2],
      ],
      [4, 2],
      'int32',
    ); // prettier-ignore
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    await exactly(() => gatherND(numbered([3, 4, 5], dtype), at()));
    await exactly(() => gatherND(numbered([3, 4], dtype), at()));
  }
  for (const dtype of ['float32', 'int32'] as const) {
    await exactly(() => scatterND(at(), numbered([4, 5], dtype), [3, 4, 5]));
    await exactly(() => scatterND(at(), numbered([4], dtype), [3, 4]));
  }
});

test('laws: segments are summed in the order of their rows, and rows of no segment are left out', async () => {
  for (const [rows, width, segments] of [
    [7, 3, 4],
    [300, 1, 50],
    [500, 400, 20],
    [0, 3, 2],
    [5, 0, 2],
  ] as const) {
    await expectAsOnCpu(() => {
      const ids = tensor1d(
        Array.from({ length: rows }, (_, i) => ((i * 7) % (segments + 2)) - 1),
        'int32',
      );
      return unsortedSegmentSum(numbered([rows, width], 'float32'), ids, segments);
    });
  }
});

test('laws: one-hot rows are as on the cpu engine, and an index out of range marks nothing', async () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    await exactly(() =>
      oneHot(
        tensor(
          [
            [0, 3],
            [-1, 4],
          ],
          [2, 2],
          'int32',
        ),
        4,
        1,
        0,
        dtype,
      ),
    ); // prettier-ignore
  }
  await exactly(() => oneHot(indices([3000], 65), 65, 2.5, -1));
});

test('laws: sums do not depend on the number of threads', async () => {
  const compute = (): readonly number[] =>
    tidy(() => {
      const thirds = div(numbered([5000, 40], 'float32'), 3);
      return [...unsortedSegmentSum(thirds, indices([5000], 100) as Tensor1D, 100).dataSync()] as never;
    });
  await startSimd({ threads: 1 });
  const one = compute();
  await startSimd({ threads: 4 });
  expect(compute()).toEqual(one);
});

function exactly(compute: () => Tensor | Tensor[]): Promise<void> {
  return expectAsOnCpu(compute, { tolerance: 0 });
}

function numbered(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Int32Array.from({ length: count }, (_, i) => (dtype === 'bool' ? i & 1 : i % 1001));
  return tensor(
    dtype === 'int32' ? values : dtype === 'bool' ? new Uint8Array(values) : new Float32Array(values),
    [...shape],
    dtype,
  );
}

function indices(shape: readonly number[], size: number): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Int32Array.from({ length: count }, (_, i) => (i * i + 3 * i + 1) % size),
    [...shape],
    'int32',
  );
}
