import { cast, engine, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../../test/with-simd.js';

beforeEach(async () => void (await startSimd({ threads: 2 })));
afterEach(stopSimd);

type Attrs = Readonly<Record<string, unknown>>;
type Case = readonly [kernel: string, shape: readonly number[], attrs: Attrs];

const MASKS = { beginMask: 0, endMask: 0, ellipsisMask: 0, newAxisMask: 0, shrinkAxisMask: 0 };

const CASES: readonly Case[] = [
  ['Transpose', [5, 7], { perm: [1, 0] }],
  ['Transpose', [33, 70], { perm: [1, 0] }],
  ['Transpose', [2, 3, 4, 5], { perm: [0, 2, 1, 3] }],
  ['Transpose', [2, 3, 4, 5], { perm: [3, 1, 0, 2] }],
  ['Transpose', [2, 17, 19], { perm: [0, 2, 1] }],
  ['Transpose', [1, 6, 1, 4], { perm: [2, 1, 0, 3] }],
  ['Transpose', [2, 0, 3], { perm: [2, 1, 0] }],
  ['Transpose', [300, 400], { perm: [1, 0] }],
  ['Reverse', [4, 5, 6], { dims: [1] }],
  ['Reverse', [4, 5, 6], { dims: [0, 2] }],
  ['Reverse', [], { dims: [] }],
  ['Tile', [3], { reps: [4] }],
  ['Tile', [2, 1, 5], { reps: [3, 4, 2] }],
  ['Tile', [2, 3], { reps: [0, 2] }],
  ['Slice', [6, 7, 8], { begin: [1, 2, 3], size: [2, -1, 4] }],
  ['Slice', [6, 7], { begin: [2, 0], size: [3, 7] }],
  ['Slice', [6, 7], { begin: [0, 0], size: [6, 7] }],
  ['Slice', [6, 7], { begin: [6, 0], size: [0, 7] }],
  ['StridedSlice', [6, 7, 8], { begin: [0, 1, 7], end: [6, 6, 0], strides: [2, 3, -1], ...MASKS }],
  ['StridedSlice', [6, 7], { begin: [1, 2], end: [5, 6], strides: [1, 1], ...MASKS, shrinkAxisMask: 1 }],
  ['StridedSlice', [6, 7], { begin: [0, 0], end: [6, 7], strides: [1, 1], ...MASKS, newAxisMask: 1 }],
  ['StridedSlice', [6, 7], { begin: [4, 0], end: [2, 7], strides: [2, 1], ...MASKS }],
  [
    'PadV2',
    [3, 4],
    {
      paddings: [
        [1, 2],
        [0, 3],
      ],
      constantValue: 7,
    },
  ], // prettier-ignore
  [
    'PadV2',
    [2, 5, 5, 3],
    {
      paddings: [
        [0, 0],
        [1, 1],
        [2, 0],
        [0, 0],
      ],
      constantValue: 0,
    },
  ], // prettier-ignore
  [
    'PadV2',
    [2, 3],
    {
      paddings: [
        [0, 0],
        [0, 0],
      ],
      constantValue: 1,
    },
  ], // prettier-ignore
  [
    'PadV2',
    [0, 3],
    {
      paddings: [
        [1, 0],
        [0, 1],
      ],
      constantValue: 1,
    },
  ], // prettier-ignore
  ['PadV2', [], { paddings: [], constantValue: 1 }],
  [
    'MirrorPad',
    [4, 5, 2],
    {
      paddings: [
        [2, 1],
        [3, 4],
        [0, 0],
      ],
      mode: 'reflect',
    },
  ], // prettier-ignore
  [
    'MirrorPad',
    [4, 5, 2],
    {
      paddings: [
        [2, 1],
        [0, 5],
        [2, 2],
      ],
      mode: 'symmetric',
    },
  ], // prettier-ignore
  [
    'SpaceToBatchND',
    [2, 4, 6, 3],
    {
      blockShape: [2, 3],
      paddings: [
        [0, 0],
        [0, 0],
      ],
    },
  ], // prettier-ignore
  [
    'SpaceToBatchND',
    [2, 3, 5, 3],
    {
      blockShape: [2, 3],
      paddings: [
        [1, 0],
        [1, 0],
      ],
    },
  ], // prettier-ignore
  [
    'BatchToSpaceND',
    [12, 3, 2, 5],
    {
      blockShape: [2, 3],
      crops: [
        [0, 0],
        [0, 0],
      ],
    },
  ], // prettier-ignore
  [
    'BatchToSpaceND',
    [12, 3, 2, 5],
    {
      blockShape: [2, 3],
      crops: [
        [1, 0],
        [2, 1],
      ],
    },
  ], // prettier-ignore
  ['DepthToSpace', [2, 3, 4, 12], { blockSize: 2, dataFormat: 'NHWC' }],
  ['SplitV', [6, 7], { numOrSizeSplits: [2, 3, 2], axis: 1 }],
  ['SplitV', [6, 7], { numOrSizeSplits: 3, axis: 0 }],
];

test.each(CASES)('laws: %s of %j with %j is as on the cpu engine, for every dtype', async (kernel, shape, attrs) => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    await exactly(() => run(kernel, { x: numbered(shape, dtype) }, attrs));
  }
});

test('laws: several tensors become one, and one several, as on the cpu engine', async () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const) {
    const of = (...shapes: number[][]): Tensor[] => shapes.map((shape) => numbered(shape, dtype));
    await exactly(() => run('Concat', of([2, 3], [2, 1], [2, 4]), { axis: 1 }));
    await exactly(() => run('Concat', of([2, 3], [0, 3], [5, 3]), { axis: 0 }));
    await exactly(() => run('Concat', of([2, 0], [2, 3]), { axis: -1 }));
    await exactly(() => run('Concat', of([0, 3], [0, 3]), { axis: 0 }));
    await exactly(() => run('Concat', of([40, 30, 33], [40, 30, 32]), { axis: 2 }));
    await exactly(() => run('Pack', of([2, 3], [2, 3], [2, 3]), { axis: 1 }));
    await exactly(() => run('Pack', of([2, 3], [2, 3]), { axis: -1 }));
    await exactly(() => run('Pack', of([4]), { axis: 0 }));
    await exactly(() => run('Unpack', { value: numbered([2, 3, 4], dtype) }, { axis: -2 }));
    await exactly(() => run('Unpack', { value: numbered([3, 1], dtype) }, { axis: 0 }));
  }
});

test('edge: a copy from what is large, and one thread, give the same', async () => {
  const compute = (): Tensor | Tensor[] =>
    run('Transpose', { x: numbered([257, 31, 65], 'float32') }, { perm: [2, 0, 1] });
  await exactly(compute);
  await startSimd({ threads: 1, variant: 'scalar' });
  await exactly(compute);
});

test('laws: nothing leaks', async () => {
  const { machine } = await startSimd();
  const before = machine.allocator.used;
  const kept = engine().memory().numDataBuffers;
  for (const [kernel, shape, attrs] of CASES) {
    const x = numbered(shape, 'float32');
    for (const made of [run(kernel, { x }, attrs)].flat()) made.dispose();
    x.dispose();
  }
  expect(machine.allocator.used).toBe(before);
  expect(engine().memory().numDataBuffers).toBe(kept);
});

function run(kernel: string, inputs: object, attrs: Attrs): Tensor | Tensor[] {
  return engine().runKernel(kernel, inputs as never, attrs as never);
}

function exactly(compute: () => Tensor | Tensor[]): Promise<void> {
  return expectAsOnCpu(compute, { tolerance: 0 });
}

/** 0, 1, 2 … as this dtype (bool: in an order that tells places apart). */
function numbered(shape: readonly number[], dtype: 'float32' | 'int32' | 'bool'): Tensor {
  const count = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: count }, (_, i) => (dtype === 'bool' ? ((i * i + (i >> 3)) % 5) & 1 : i));
  const floats = tensor(values, [...shape], 'float32');
  const x = cast(floats, dtype);
  floats.dispose();
  return x;
}
