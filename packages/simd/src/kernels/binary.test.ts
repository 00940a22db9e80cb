import {
  add,
  addN,
  atan2,
  div,
  elu,
  equal,
  floorDiv,
  grad,
  greater,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  logicalOr,
  logicalXor,
  maximum,
  minimum,
  mod,
  mul,
  notEqual,
  pow,
  prelu,
  squaredDifference,
  sub,
  type Tensor,
  tensor,
  tensor1d,
  where,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

type Pair = (a: Tensor, b: Tensor) => Tensor;
const ARITHMETIC: Readonly<Record<string, Pair>> = {
  add,
  sub,
  mul,
  maximum,
  minimum,
  squaredDifference,
  mod,
  floorDiv,
};
const COMPARISONS: Readonly<Record<string, Pair>> = { equal, notEqual, less, lessEqual, greater, greaterEqual };
const FLOATS: Readonly<Record<string, Pair>> = { ...ARITHMETIC, ...COMPARISONS, div, pow, prelu: prelu as Pair, atan2 };

const CLOSE = { tolerance: 1e-6, floor: 1e-30 };
const SPECIAL = [0, -0, 1, -1, 2, -3, 0.5, -0.5, 1e-40, 3e38, -3e38, Number.NaN, Number.POSITIVE_INFINITY, -Infinity];

/** Pairs of shapes: equal, a scalar on either side, rows, columns, short rows, stretched in the middle, all at once. */
const SHAPES: readonly (readonly [number[], number[]])[] = [
  ...([
    [[], []],
    [[7], [7]],
    [
      [3, 5],
      [3, 5],
    ],
    [[0], [0]],
    [[0, 3], [3]],
    [
      [4, 0],
      [4, 1],
    ],
  ] as [number[], number[]][]),
  ...([
    [[33], []],
    [[], [33]],
    [[1, 1], [5]],
    [[6, 40], [40]],
    [[40], [6, 40]],
    [
      [6, 40],
      [6, 1],
    ],
  ] as [number[], number[]][]),
  ...([
    [
      [6, 1],
      [6, 40],
    ],
    [[700, 2], [2]],
    [
      [700, 2],
      [700, 1],
    ],
    [[3], [500, 3]],
    [
      [9, 1],
      [1, 17],
    ],
  ] as [number[], number[]][]),
  ...([
    [
      [2, 3, 4, 5],
      [3, 1, 5],
    ],
    [
      [2, 3, 1, 5],
      [2, 1, 4, 1],
    ],
    [
      [2, 1, 20],
      [1, 3, 20],
    ],
  ] as [number[], number[]][]),
  ...([
    [
      [2, 1, 2, 1, 2, 1, 2],
      [1, 2, 1, 2, 1, 2, 1],
    ],
  ] as [number[], number[]][]),
];

describe.for([{}, { variant: 'simd' }, { variant: 'scalar' }] as const)('%o', (options) => {
  beforeAll(async () => void (await startSimd(options)));
  afterAll(stopSimd);

  test.for(Object.entries(FLOATS))(
    'laws: %s of floats is that of the cpu engine, in every broadcast',
    async ([, f]) => {
      await expectAsOnCpu(() => SHAPES.map(([a, b]) => f(floats(a, 1), floats(b, 2))), CLOSE);
    },
  );

  test.for(Object.entries(FLOATS))(
    'laws: %s of every pair of special numbers is that of the cpu engine',
    async ([, f]) => {
      const n = SPECIAL.length;
      await expectAsOnCpu(() => f(tensor(SPECIAL, [n, 1]), tensor(SPECIAL, [1, n])), CLOSE);
      await expectAsOnCpu(() => SPECIAL.map((x) => f(tensor1d(SPECIAL), tensor(x))), CLOSE);
    },
  );

  test.for(Object.entries({ ...ARITHMETIC, ...COMPARISONS }))('laws: %s of integers stays exact', async ([, f]) => {
    await expectAsOnCpu(() => SHAPES.map(([a, b]) => f(ints(a, 1), ints(b, 2))));
  });

  test.for(Object.entries({ logicalAnd, logicalOr, logicalXor }))('laws: %s broadcasts', async ([, f]) => {
    await expectAsOnCpu(() => SHAPES.map(([a, b]) => f(truths(a, 1), truths(b, 2))));
  });
});

describe('on the default engine', () => {
  beforeAll(async () => void (await startSimd()));
  afterAll(stopSimd);

  test('laws: equality of truths', async () => {
    await expectAsOnCpu(() => [equal(truths([9], 1), truths([9], 2)), notEqual(truths([9], 1), truths([9], 2))]);
  });

  test('laws: large operands, which threads share', async () => {
    await expectAsOnCpu(() => [add(floats([301, 700], 1), floats([301, 700], 2)), mul(floats([301, 700], 1), 3)]);
    await expectAsOnCpu(() => [
      sub(floats([301, 700], 1), floats([700], 2)),
      sub(floats([301, 1], 1), floats([700], 2)),
    ]);
    await expectAsOnCpu(() => [
      add(floats([90_001, 3], 1), floats([3], 2)),
      less(floats([90_001, 3], 1), floats([90_001, 1], 2)),
    ]);
  });

  test('laws: powers are right to the last digits', async () => {
    const exponents = [2, 3, -1, 0.5, 1, 0, -2, 7, 0.3333333, -0.1, 40];
    for (const y of exponents)
      await expectAsOnCpu(() => pow(floats([1001], 1), tensor(y)), { tolerance: 3e-7, floor: 1e-30 });
    await expectAsOnCpu(() => pow(floats([1001], 1), floats([1001], 2)), { tolerance: 3e-7, floor: 1e-30 });
  });

  test('laws: remainders of numbers far apart are exact', async () => {
    const a = [1e30, -1e30, 3.4e38, 1e-30, 16777216, -123456789, 7.5, -7.5];
    const b = [3, 0.7, -1e-3, 1e20, 0.1, 1e-10, 1e38, -2];
    await expectAsOnCpu(() => mod(tensor(a, [8, 1]), tensor(b, [1, 8])), CLOSE);
    await expectAsOnCpu(() => floorDiv(tensor([1e12, -1e12, 5e9, 7], [4, 1]), tensor([2, 0, -3], [1, 3])));
  });

  test('laws: the gradient of elu', async () => {
    await expectAsOnCpu(() => grad((x: Tensor) => elu(x))(floats([77], 1)), { tolerance: 1e-6, floor: 0.1 });
  });

  test.for([1, 2, 3, 4, 5, 8, 9])('laws: %i tensors added at once', async (n) => {
    await expectAsOnCpu(() => addN(Array.from({ length: n }, (_, i) => floats([5, 7], i))));
    await expectAsOnCpu(() => addN(Array.from({ length: n }, (_, i) => ints([5, 7], i))));
  });

  test('laws: choices by a condition of any shape and dtype', async () => {
    await expectAsOnCpu(() => where(truths([37], 1), floats([37], 1), floats([37], 2)));
    await expectAsOnCpu(() => where(truths([5, 1], 1), floats([5, 7], 1), floats([7], 2)));
    await expectAsOnCpu(() => where(truths([], 1), ints([5, 7], 1), ints([5, 7], 2)));
    await expectAsOnCpu(() => where(truths([0, 2], 1), ints([0, 2], 1), ints([0, 2], 2)));
    await expectAsOnCpu(() => where(truths([19], 1), truths([19], 2), truths([19], 3)));
    await expectAsOnCpu(() => where(truths([70_001], 1), floats([70_001], 1), floats([70_001], 2)));
  });
});

function floats(shape: number[], seed: number): Tensor {
  return tensor(values(shape, seed), shape);
}

function ints(shape: number[], seed: number): Tensor {
  return tensor(
    values(shape, seed).map((x) => Math.round(9 * x)),
    shape,
    'int32',
  );
}

function truths(shape: number[], seed: number): Tensor {
  return tensor(
    values(shape, seed).map((x) => Number(x > 0)),
    shape,
    'bool',
  );
}

/** Numbers between −2 and 2 in no order. */
function values(shape: number[], seed: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, i) => 2 * Math.sin(i * 78.233 + seed * 12.9898));
}
