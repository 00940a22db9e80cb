import {
  abs,
  cast,
  ceil,
  clipByValue,
  cos,
  type DataType,
  elu,
  erf,
  exp,
  expandDims,
  expm1,
  fill,
  findBackend,
  isFinite as finite,
  floor,
  isInf,
  leakyRelu,
  linspace,
  log,
  log1p,
  logicalNot,
  isNaN as nan,
  neg,
  onesLike,
  range,
  reciprocal,
  relu,
  relu6,
  reshape,
  round,
  rsqrt,
  selu,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  squeeze,
  step,
  type Tensor,
  tanh,
  tensor,
  tensor1d,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';
import type { SimdBackend } from '../simd-backend.js';

/** What our engine is held to where the cpu engine computes in double precision. */
const CLOSE = { tolerance: 1e-6, floor: 1e-30 };

const SPECIAL = [0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.5, -2.5, 1e-40, -1e-40, 1e-7, -1e-7, 88.7, 89, -87, -89, -103.5];
const EXTREME = [-110, 3.4e38, -3.4e38, 1e10, -1e10, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

const FUNCTIONS: Readonly<Record<string, (x: Tensor) => Tensor>> = {
  ...{ abs, ceil, cos, exp, expm1, floor, finite, isInf, nan, leakyRelu, log, log1p, neg, reciprocal, relu, relu6 },
  ...{ round, rsqrt, sigmoid, sign, sin, sqrt, square, tanh },
  step: (x) => step(x, 0.25),
  clip: (x) => clipByValue(x, -0.7, 1.2),
};

describe.for([{}, { variant: 'simd' }, { variant: 'scalar' }] as const)('%o', (options) => {
  beforeAll(async () => void (await startSimd(options)));
  afterAll(stopSimd);

  test.for(Object.entries(FUNCTIONS))('laws: %s is that of the cpu engine, at every size', async ([, f]) => {
    for (const n of [0, 1, 3, 4, 5, 16, 31, 1000]) await expectAsOnCpu(() => f(tensor1d(spread(n))), CLOSE);
    await expectAsOnCpu(() => f(tensor1d([...SPECIAL, ...EXTREME])), CLOSE);
  });
});

describe('on the default engine', () => {
  beforeAll(async () => void (await startSimd()));
  afterAll(stopSimd);

  test('laws: large tensors, which threads share, come out as small ones do', async () => {
    await expectAsOnCpu(() => [tanh(tensor1d(spread(200_003))), relu(tensor1d(spread(200_003)))], CLOSE);
  });

  // The cpu engine subtracts 1 from an exponential, and computes log(1 + exp(x)): neither is exact near 0.
  test('laws: elu, selu and softplus are those of the cpu engine', async () => {
    const x = () => tensor1d([...spread(1001), ...SPECIAL, ...EXTREME]);
    await expectAsOnCpu(() => [elu(x()), selu(x()), softplus(x())], { tolerance: 1e-6, floor: 0.1 });
  });

  // That engine's error function is good to 1.5e-7; the values are from tables.
  test('laws: erf is right to the last digits', async () => {
    await expectAsOnCpu(() => erf(tensor1d([...spread(1001), ...SPECIAL, ...EXTREME])), { tolerance: 3e-7, floor: 1 });
    const table = {
      1e-5: 1.1283791670578e-5,
      0.1: 0.1124629160182849,
      0.9: 0.7969082124228321,
      1.1: 0.8802050695740817,
    };
    const far = { 2: 0.9953222650189527, 3.5: 0.999999256901628, 5: 0.9999999999984626 };
    for (const [x, y] of Object.entries({ ...table, ...far })) {
      expect(Math.abs(numbers(() => erf(tensor1d([-Number(x)])))[0]! + y) / y).toBeLessThan(2.4e-7);
    }
  });

  test('laws: sine and cosine of large angles are right', () => {
    const angles = Float32Array.from([8191, 8193, -1e5, 123456.789, 1e10, -3e20, 3.4e38, 710, 22 / 7]);
    const [sines, cosines] = [numbers(() => sin(tensor1d(angles))), numbers(() => cos(tensor1d(angles)))];
    angles.forEach((x, i) => {
      expect(Math.abs(sines[i]! - Math.sin(x))).toBeLessThan(3e-7 * Math.max(1e-6, Math.abs(Math.sin(x))));
      expect(Math.abs(cosines[i]! - Math.cos(x))).toBeLessThan(3e-7 * Math.max(1e-6, Math.abs(Math.cos(x))));
    });
  });

  test('laws: integers stay integers', async () => {
    const x = () => tensor1d([0, 1, -1, 7, -300, 46341, 2147483647, -2147483648], 'int32');
    await expectAsOnCpu(() => [neg(x()), sign(x()), relu(x()), square(tensor1d([3, -40], 'int32'))]);
    await expectAsOnCpu(() => abs(tensor1d([0, 5, -300, 1 << 24], 'int32')));
    await expectAsOnCpu(() => logicalNot(tensor1d([true, false, true, true, false], 'bool')));
  });

  test('laws: casts are those of the cpu engine', async () => {
    const floats = [...SPECIAL, ...EXTREME, 2147483647, 2147483648, -2147483649, 4294967297, 5e9, 1e12, -7.9, 16777217];
    const from: Readonly<Record<string, () => Tensor>> = {
      float32: () => tensor1d(floats),
      int32: () => tensor1d([0, 1, -1, 16777217, -2147483648], 'int32'),
      bool: () => tensor1d([true, false, true], 'bool'),
    };
    for (const make of Object.values(from)) {
      for (const dtype of ['float32', 'int32', 'bool'] as DataType[]) await expectAsOnCpu(() => cast(make(), dtype));
    }
    await expectAsOnCpu(() => cast(tensor([], [0, 3]), 'int32'));
  });

  test('laws: reshaping shares the data, and what is shared outlives the other', async () => {
    await expectAsOnCpu(() => {
      const x = tensor([1, 2, 3, 4, 5, 6], [2, 3]);
      const y = expandDims(reshape(x, [3, -1]), -1);
      x.dispose();
      return [y, squeeze(y), expandDims(squeeze(y), 0)];
    });
    const before = used();
    const x = tensor1d([1, 2]);
    const y = reshape(x, [1, 2]);
    x.dispose();
    expect([...y.dataSync()]).toEqual([1, 2]);
    y.dispose();
    expect(used()).toBe(before);
  });

  test('laws: tensors made of a value, and ranges', async () => {
    await expectAsOnCpu(() => [fill([2, 3], 1.5), fill([5], 7, 'int32'), fill([0, 2], 1), fill([], -2)]);
    await expectAsOnCpu(() => [zerosLike(tensor1d([true, true, true], 'bool')), onesLike(tensor1d([3, 4], 'int32'))]);
    await expectAsOnCpu(() => [onesLike(tensor([[1, 2]])), onesLike(tensor1d([false, false, true], 'bool'))]);
    await expectAsOnCpu(() => [range(0, 10, 3, 'int32'), range(5, 0), range(0, 1, 0.1), range(2, 2), range(1, 5, -1)]);
    await expectAsOnCpu(() => [range(9, -1, -2, 'int32'), linspace(-1, 1, 7), linspace(3, 9, 1)]);
  });
});

function used(): number {
  return (findBackend('simd') as unknown as SimdBackend).machine.allocator.used;
}

function numbers(compute: () => Tensor): Float32Array | Int32Array | Uint8Array {
  const y = tidy(compute);
  const values = y.dataSync();
  y.dispose();
  return values;
}

/** Numbers between −6 and 6 in no order. */
function spread(n: number): Float32Array {
  return Float32Array.from({ length: n }, (_, i) => 6 * Math.sin(i * 12.9898 + 0.5));
}
