import {
  all,
  any,
  argMax,
  argMin,
  cumprod,
  cumsum,
  max,
  mean,
  min,
  prod,
  sum,
  type Tensor,
  tensor,
  tensor1d,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

type Reduction = (x: Tensor, axis?: number | number[], keepDims?: boolean) => Tensor;
const REDUCTIONS: Readonly<Record<string, Reduction>> = { sum, mean, max, min, prod };

const CASES: readonly (readonly [shape: number[], axes: (number | number[] | undefined)[]])[] = [
  [[], [undefined]],
  [[1], [0]],
  [[37], [0, -1]],
  [
    [5, 3],
    [0, 1, [0, 1]],
  ],
  [
    [40, 70],
    [0, 1, undefined],
  ],
  [
    [300, 2],
    [0, 1],
  ],
  [
    [2, 300],
    [0, 1],
  ],
  [
    [3, 4, 5, 6],
    [0, 1, 2, 3, [1, 2], [0, 3], [0, 2], [1, 3], [0, 1, 3]],
  ],
  [
    [2, 1, 7],
    [1, [0, 2]],
  ],
  [[0, 4], [1]],
];

describe.for([{}, { variant: 'simd' }, { variant: 'scalar' }] as const)('%o', (options) => {
  beforeAll(async () => void (await startSimd(options)));
  afterAll(stopSimd);

  test.for(Object.entries(REDUCTIONS))('laws: %s over any axes is that of the cpu engine', async ([, reduce]) => {
    const kinds = reduce === sum || reduce === mean ? [floats, ints, truths] : [floats, ints];
    for (const make of kinds) {
      await expectAsOnCpu(() => everyAxis((shape, axis) => reduce(make(shape), axis)), CLOSE);
      await expectAsOnCpu(() => everyAxis((shape, axis) => reduce(make(shape), axis, true)), CLOSE);
    }
  });

  test.for(Object.entries({ all, any }))('laws: %s over any axes is that of the cpu engine', async ([, reduce]) => {
    await expectAsOnCpu(() => everyAxis((shape, axis) => reduce(truths(shape), axis)));
  });

  test.for(Object.entries({ argMax, argMin }))('laws: %s is that of the cpu engine', async ([, find]) => {
    for (const make of [floats, ints]) {
      await expectAsOnCpu(() => everyAxis((shape, axis) => (typeof axis === 'number' ? find(make(shape), axis) : [])));
    }
    const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];
    for (const x of [
      [1, nan, 3, 3, -4, -4],
      [nan, 5, -5],
      [-infinity, -infinity],
      [infinity, 1, infinity],
    ]) {
      await expectAsOnCpu(() => [find(tensor1d(x)), find(tensor1d([...x, ...x, ...x, ...x, ...x, ...x, ...x]))]);
    }
  });

  test.for(Object.entries({ cumsum, cumprod }))('laws: %s is that of the cpu engine', async ([, run]) => {
    for (const shape of [[1], [23], [5, 7], [3, 4, 20], [2, 0]]) {
      for (let axis = 0; axis < shape.length; axis++) {
        for (const [exclusive, reverse] of [[], [true], [false, true], [true, true]]) {
          await expectAsOnCpu(() => [
            run(floats(shape), axis, exclusive, reverse),
            run(ints(shape), axis, exclusive, reverse),
          ]);
        }
      }
    }
  });
});

describe('on the default engine', () => {
  beforeAll(async () => void (await startSimd()));
  afterAll(stopSimd);

  test('laws: NaN and infinities', async () => {
    const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];
    for (const x of [[1, nan, 3], [nan, nan], [-infinity, 2], [infinity, -infinity], [-infinity], [-0, 0]]) {
      const long = [...x, ...Array.from({ length: 40 }, () => 0.5)];
      await expectAsOnCpu(() => [...[sum, max, min, mean, prod].flatMap((f) => [f(tensor1d(x)), f(tensor1d(long))])]);
      await expectAsOnCpu(() => [max, min].map((f) => f(tensor([...long, ...long], [2, long.length]), 0)));
    }
  });

  test('laws: nothing summed is 0, nothing multiplied 1', async () => {
    await expectAsOnCpu(() => [sum(tensor([], [3, 0]), 1), prod(tensor([], [3, 0]), 1), sum(tensor([], [0, 3]), 0)]);
  });

  test('laws: large tensors, cut by rows, columns and both, do not depend on the number of threads', async () => {
    const shapes = [[700_001], [5, 90_001], [9001, 70], [3, 70_001], [40, 50, 100]];
    const results: Record<number, number[][]> = {};
    for (const threads of [1, 2, 3]) {
      await startSimd({ threads });
      results[threads] = shapes.flatMap((shape) =>
        shape.map((_, axis) => {
          const x = floats(shape);
          const y = sum(x, axis);
          const values = [...y.dataSync()];
          x.dispose();
          y.dispose();
          return values;
        }),
      );
    }
    expect(results[2]).toEqual(results[1]);
    expect(results[3]).toEqual(results[1]);
    for (const shape of shapes)
      await expectAsOnCpu(() => shape.map((_, axis) => mean(floats(shape), axis)), { tolerance: 1e-4 });
  });

  test('laws: a sum of sixteen million ones is exact', async () => {
    const x = tensor(new Float32Array(2 ** 24 + 3).fill(1));
    const y = sum(x);
    expect(y.dataSync()[0]).toBe(Math.fround(2 ** 24 + 3));
    x.dispose();
    y.dispose();
  });
});

const CLOSE = { tolerance: 1e-5, floor: 1e-2 };

/** What `compute` gives for every case above. */
function everyAxis(compute: (shape: number[], axis: number | number[] | undefined) => Tensor | Tensor[]): Tensor[] {
  return CASES.flatMap(([shape, axes]) => axes.flatMap((axis) => compute(shape, axis)));
}

function floats(shape: number[]): Tensor {
  return tensor(values(shape), shape);
}

function ints(shape: number[]): Tensor {
  return tensor(values(shape).map(Math.round), shape, 'int32');
}

function truths(shape: number[]): Tensor {
  return tensor(
    values(shape).map((x) => Number(x > -1)),
    shape,
    'bool',
  );
}

/** Numbers between −1.5 and 1.5 in no order. */
function values(shape: number[]): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => 1.5 * Math.sin(i * 78.233 + 1));
}
