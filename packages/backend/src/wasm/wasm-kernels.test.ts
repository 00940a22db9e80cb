import { tensorsOf } from '@genai/testing/engine-cases';
import { bools, broadcastOnHost, type HostTensor, integers, matMulOnHost, signed } from '@genai/testing/engine-host';
import { expectClose } from '@genai/testing/expect-close';
import {
  backend_util,
  cast,
  clone,
  einsum,
  engine,
  env,
  gather,
  matMul,
  maxPool,
  mean,
  memory,
  oneHot,
  setBackend,
  slice,
  split,
  sum,
  type Tensor,
  type Tensor4D,
  tensor1d,
  tile,
  transpose as transposed,
  unsortedSegmentSum,
  unstack,
} from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBackend } from '../use-backend.js';
import { imagesPerBlock } from './conv-geometry.js';

beforeAll(async () => {
  await useBackend('wasm');
  env().set('IS_TEST', true); // makes TensorFlow.js fail a kernel that keeps data of its own
});
afterAll(async () => {
  env().set('IS_TEST', false);
  await setBackend('cpu');
});

describe('parity with the cpu engine', () => {
  const paddings = [
    'same',
    'valid',
    0,
    1,
    [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ],
  ] as const;
  const shapes: [x: number[], kernel: [number, number]][] = [
    [
      [2, 6, 5, 3],
      [1, 1],
    ],
    [
      [1, 7, 7, 1],
      [3, 3],
    ],
    [
      [3, 5, 8, 2],
      [2, 4],
    ],
    [
      [2, 8, 6, 4],
      [4, 3],
    ],
    [
      [1, 9, 4, 2],
      [5, 3],
    ],
  ];
  const strides: (number | [number, number])[] = [1, 2, 3, [2, 1], [1, 3]];
  const geometries = shapes.flatMap(([x, kernel]) =>
    strides.flatMap((step) => paddings.map((pad) => ({ x, kernel, step, pad, text: `${x} ${kernel} ${step} ${pad}` }))),
  );

  test.each(['Conv2DBackpropFilter', 'Conv2DBackpropInput'])('%s: every stride and padding', async (kernel) => {
    for (const { x, kernel: size, step, pad, text } of geometries) {
      const filterShape = [...size, x[3]!, 3];
      const attrs = { strides: step, pad, dataFormat: 'NHWC', dimRoundingMode: 'floor', filterShape, inputShape: x };
      const dy = signed(outputSizes(x, filterShape, step, pad), 1);
      const inputs = kernel === 'Conv2DBackpropFilter' ? { x: signed(x), dy } : { dy, filter: signed(filterShape, 2) };
      await sameAsCpu(inputs, (given) => runKernel(kernel, given, attrs), text);
    }
  });

  test.each(['DepthwiseConv2dNativeBackpropFilter', 'DepthwiseConv2dNativeBackpropInput'])(
    '%s: every stride, padding, multiplier and dilation',
    async (kernel) => {
      for (const { x, kernel: size, step, pad, text } of geometries) {
        for (const multiplier of [1, 2]) {
          const filterShape = [...size, x[3]!, multiplier];
          const attrs = { strides: step, pad, dilations: 1, dimRoundingMode: 'floor', filterShape, inputShape: x };
          const [batch, height, width] = outputSizes(x, filterShape, step, pad) as [number, number, number];
          const dy = signed([batch, height, width, x[3]! * multiplier], 1);
          const inputs = kernel.endsWith('Filter') ? { x: signed(x), dy } : { dy, filter: signed(filterShape, 2) };
          await sameAsCpu(inputs, (given) => runKernel(kernel, given, attrs), `${text} ${multiplier}`);
        }
      }
    },
  );

  test('Conv2DBackprop: more images than one block holds', async () => {
    const [x, filterShape] = [
      [7, 32, 32, 8],
      [5, 5, 8, 1],
    ];
    expect(
      imagesPerBlock({
        batch: 7,
        outHeight: 32,
        outWidth: 32,
        kernelHeight: 5,
        kernelWidth: 5,
        inChannels: 8,
      } as never),
    ).toBe(5);
    const attrs = { strides: 1, pad: 'same', dataFormat: 'NHWC', filterShape, inputShape: x };
    const dy = signed([7, 32, 32, 1], 1);
    await sameAsCpu({ x: signed(x), dy }, (given) => runKernel('Conv2DBackpropFilter', given, attrs), 'filter', 1e-3);
    await sameAsCpu(
      { dy, filter: signed(filterShape, 2) },
      (given) => runKernel('Conv2DBackpropInput', given, attrs),
      'input',
    );
  });

  test('matMul: every transpose, batch and broadcast, large and small', async () => {
    const batches: [number[], number[]][] = [
      [[], []],
      [[3], [3]],
      [
        [2, 3],
        [2, 3],
      ],
      [[4], [1]],
      [[1], [4]],
      [
        [2, 1],
        [1, 3],
      ],
      [[3], [2, 3]],
      [[], [3]],
    ];
    const sizes: [number, number, number][] = [
      [1, 1, 1],
      [5, 3, 4],
      [40, 24, 56],
      [1, 64, 200],
      [130, 7, 65],
    ];
    for (const [batchA, batchB] of batches) {
      for (const [m, k, n] of sizes) {
        for (const transposeA of [false, true]) {
          for (const transposeB of [false, true]) {
            const a = signed([...batchA, ...(transposeA ? [k, m] : [m, k])]);
            const b = signed([...batchB, ...(transposeB ? [n, k] : [k, n])], 1);
            const got = await onEngine('wasm', { a, b }, ({ a, b }) => matMul(a!, b!, transposeA, transposeB));
            const what = `[${a.shape}] [${b.shape}] ${transposeA} ${transposeB}`;
            expectSame(got.values, batchesOnHost(a, b, transposeA, transposeB), what);
          }
        }
      }
    }
  });

  test('unsortedSegmentSum: rows, numbers, integers; what is out of range is dropped', async () => {
    const ids = integers([0, 2, 2, 1, 0, 2], [6]);
    const rows: [HostTensor, number][] = [
      [signed([6, 4]), 3],
      [signed([6]), 5],
      [signed([6, 2, 3]), 4],
      [integers([1, 2, 3, 4, 5, 6], [6]), 3],
      [signed([6, 2]), 2],
    ];
    for (const [x, count] of rows) {
      await sameAsCpu({ x, ids }, ({ x, ids }) => unsortedSegmentSum(x!, ids as never, count), `${x.shape} ${count}`);
    }
  });

  test('einsum: sums, permutations and products', async () => {
    const cases: [string, ...number[][]][] = [
      ['ij->', [3, 4]],
      ['ijk->ik', [2, 3, 4]],
      ['i,i->', [5], [5]],
      ['bij,bjk->bik', [3, 30, 20], [3, 20, 40]],
      ['bij,bik->bjk', [3, 4, 2], [3, 4, 5]],
      ['abc,cdb->ad', [2, 3, 4], [4, 5, 3]],
      ['ij,kl->ijkl', [2, 3], [2, 2]],
      ['ij,ij->ij', [2, 3], [2, 3]],
      ['ij->ij', [2, 3]],
    ];
    for (const [equation, ...shapes] of cases) {
      const inputs = Object.fromEntries(shapes.map((shape, i) => [`x${i}`, signed(shape, i)]));
      await sameAsCpu(inputs, (given) => einsum(equation, ...Object.values(given)), equation);
    }
  });

  test('slice, split, unstack: any place of up to five axes', async () => {
    const cases: [number[], number[], number[]][] = [
      [[7], [2], [3]],
      [
        [4, 5],
        [1, 0],
        [2, 5],
      ],
      [
        [4, 5],
        [0, 3],
        [4, 1],
      ],
      [
        [3, 4, 40],
        [1, 1, 3],
        [2, 2, 35],
      ],
      [
        [2, 3, 4, 5],
        [0, 1, 2, 0],
        [2, 2, 1, 5],
      ],
      [
        [2, 2, 3, 2, 4],
        [1, 0, 1, 0, 1],
        [1, 2, 2, 2, 2],
      ],
      [
        [3, 0, 2],
        [0, 0, 1],
        [3, 0, 1],
      ],
      [
        [3, 4],
        [1, 2],
        [-1, -1],
      ],
    ];
    for (const [shape, begin, size] of cases) {
      await sameAsCpu({ x: signed(shape) }, ({ x }) => slice(x!, begin, size), `${shape} ${begin} ${size}`);
    }
    await sameAsCpu({ x: signed([4, 6, 3]) }, ({ x }) => split(x!, [1, 2, 3], 1)[1]!, 'split');
    await sameAsCpu({ x: signed([4, 3, 2]) }, ({ x }) => unstack(x!, 1)[2]!, 'unstack');
    await sameAsCpu({ x: bools([1, 0, 1, 1], [4]) }, ({ x }) => slice(x!, [1], [2]), 'bool');
  });

  test('transpose: every order of up to five axes, with axes of size 1', async () => {
    const shapes = [[5], [40, 33], [2, 3, 4], [2, 17, 3, 20], [2, 1, 3, 4], [2, 3, 2, 3, 4], [1, 1], [3, 0, 2]];
    for (const shape of shapes) {
      for (const perm of orders(shape.length)) {
        await sameAsCpu({ x: signed(shape) }, ({ x }) => transposed(x!, perm), `${shape} by ${perm}`);
      }
    }
    await sameAsCpu({ x: bools([1, 0, 0, 1, 1, 0], [2, 3]) }, ({ x }) => transposed(x!, [1, 0]), 'bool');
  });

  test('gather: any axis, batches, integers', async () => {
    const at = integers([3, 0, 3, 1], [2, 2]);
    for (const axis of [0, 1, 2]) {
      await sameAsCpu({ x: signed([4, 4, 4]), at }, ({ x, at }) => gather(x!, at as never, axis), `axis ${axis}`);
    }
    await sameAsCpu({ x: signed([2, 5, 3]), at }, ({ x, at }) => gather(x!, at as never, 1, 1), 'batches');
    await sameAsCpu({ x: integers([9, 8, 7, 6], [4]), at }, ({ x, at }) => gather(x!, at as never), 'integers');
  });

  test('tile, cast, sums and means of the first axes, maxPool of negative numbers', async () => {
    await sameAsCpu({ x: signed([2, 3, 2]) }, ({ x }) => tile(x!, [2, 1, 3]), 'tile');
    await sameAsCpu({ x: signed([5]) }, ({ x }) => tile(x!, [4]), 'tile of a vector');
    await sameAsCpu({ x: signed([2, 40]) }, ({ x }) => tile(x!, [3, 2]), 'tile of rows');
    for (const axis of [[0], [0, 1], [1, 0], [0, 1, 2]]) {
      for (const keep of [true, false]) {
        await sameAsCpu({ x: signed([3, 4, 5]) }, ({ x }) => sum(x!, axis, keep), `sum ${axis}`);
        await sameAsCpu({ x: signed([3, 4, 5]) }, ({ x }) => mean(x!, axis, keep), `mean ${axis}`);
      }
    }
    await sameAsCpu({ x: integers([1, 2, 3, 4], [2, 2]) }, ({ x }) => mean(x!, 0), 'mean of integers');
    await sameAsCpu({ x: integers([0, 2, 5, -1], [4]) }, ({ x }) => cast(x!, 'bool'), 'cast');
    const attrs = { filterSize: 2, strides: 2, pad: 'valid' };
    const negative: HostTensor = {
      ...signed([2, 4, 4, 3]),
      values: signed([2, 4, 4, 3]).values.map((x) => -Math.abs(x)) as Float32Array,
    };
    await sameAsCpu(
      { dy: signed([2, 2, 2, 3], 1), input: negative },
      ({ dy, input }) =>
        runKernel('MaxPoolGrad', { dy: dy!, input: input!, output: maxPool(input as Tensor4D, 2, 2, 'valid') }, attrs),
      'maxPool',
    );
  });
});

describe('laws', () => {
  test('a clone shares its numbers and outlives the original', async () => {
    await useBackend('wasm');
    const x = tensor1d([1, 2, 3]);
    const { numDataBuffers } = memory();
    const y = clone(x);
    expect(memory().numDataBuffers).toBe(numDataBuffers);
    x.dispose();
    expect(Array.from(await y.data())).toEqual([1, 2, 3]);
    y.dispose();
  });

  test('label smoothing: one-hot keeps fractions', async () => {
    await useBackend('wasm');
    const at = tensor1d([1], 'int32');
    const y = oneHot(at, 3, 0.8, 0.1, 'float32');
    expectClose(await y.data(), [0.1, 0.8, 0.1]);
    y.dispose();
    at.dispose();
  });
});

describe('errors', () => {
  test('gather: an index that is not there', async () => {
    await useBackend('wasm');
    const [x, at] = tensorsOf({ inputs: [signed([3, 2]), integers([0, 3], [2])] }) as [Tensor, Tensor];
    expect(() => gather(x, at as never)).toThrow('gather: an index is 3, expected 0 … 2 (axis 0 of [3,2]).');
    x.dispose();
    at.dispose();
  });
});

type Given = Record<string, Tensor>;

/** Runs on both engines from the same numbers, compares, and counts what is left. */
async function sameAsCpu(
  inputs: Readonly<Record<string, HostTensor>>,
  run: (inputs: Given) => Tensor,
  what: string,
  tolerance = 1e-4,
): Promise<void> {
  const cpu = await onEngine('cpu', inputs, run);
  const wasm = await onEngine('wasm', inputs, run);
  expect(wasm.shape, what).toEqual(cpu.shape);
  expectSame(wasm.values, cpu.values, what, tolerance);
}

function expectSame(got: ArrayLike<number>, expected: ArrayLike<number>, what: string, tolerance = 1e-4): void {
  try {
    expectClose(got, expected, { absolute: tolerance, relative: tolerance });
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`);
  }
}

/** The result of `run` on an engine, which must keep nothing of it. */
async function onEngine(
  name: string,
  inputs: Readonly<Record<string, HostTensor>>,
  run: (inputs: Given) => Tensor,
): Promise<{ shape: number[]; values: ArrayLike<number> }> {
  await setBackend(name);
  const before = memory().numDataBuffers;
  const tensors = tensorsOf({ inputs: Object.values(inputs) });
  const given = Object.fromEntries(Object.keys(inputs).map((key, i) => [key, tensors[i]!]));
  const y = engine().tidy(() => run(given));
  const result = { shape: y.shape, values: await y.data() };
  for (const tensor of [y, ...tensors]) tensor.dispose();
  expect(memory().numDataBuffers, `data kept on ${name}`).toBe(before);
  return result;
}

/** The cpu engine pairs batches wrongly when both are broadcast, so matMul is held against the host. */
function batchesOnHost(a: HostTensor, b: HostTensor, transposeA: boolean, transposeB: boolean): number[] {
  const [sizeA, sizeB] = [a.shape.slice(-2), b.shape.slice(-2)];
  const matrix = (x: HostTensor, i: number): number[] => {
    const size = x.shape.at(-1)! * x.shape.at(-2)!;
    return Array.from(x.values.subarray(i * size, (i + 1) * size));
  };
  const count = (x: HostTensor): number => x.shape.slice(0, -2).reduce((p, q) => p * q, 1);
  const numbers = (x: HostTensor): number[] => Array.from({ length: count(x) }, (_, i) => i);
  const pairs = (which: 0 | 1): number[] =>
    broadcastOnHost(numbers(a), a.shape.slice(0, -2), numbers(b), b.shape.slice(0, -2), (i, j) => [i, j][which]!);
  const right = pairs(1);
  return pairs(0).flatMap((i, n) =>
    matMulOnHost(matrix(a, i), sizeA, matrix(b, right[n]!), sizeB, transposeA, transposeB),
  );
}

function orders(rank: number): number[][] {
  if (rank === 0) return [[]];
  return orders(rank - 1).flatMap((order) =>
    Array.from({ length: rank }, (_, i) => [...order.slice(0, i), rank - 1, ...order.slice(i)]),
  );
}

function runKernel(name: string, inputs: Given, attrs: object): Tensor {
  return engine().runKernel(name, inputs, attrs as never) as Tensor;
}

/** As TensorFlow.js has them: with a number as padding it takes both sizes from the vertical stride and kernel. */
function outputSizes(x: number[], filter: number[], step: number | [number, number], pad: unknown): number[] {
  const [image, kernel] = [x, filter] as [number, number, number, number][];
  return backend_util.computeConv2DInfo(image!, kernel!, step, 1, pad as 'same', 'floor').outShape;
}
