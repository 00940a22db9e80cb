import {
  add,
  concat,
  gather,
  gatherND,
  mirrorPad,
  oneHot,
  pad,
  reshape,
  reverse,
  scatterND,
  slice,
  split,
  stack,
  stridedSlice,
  type Tensor,
  type Tensor1D,
  tile,
  transpose,
  unsortedSegmentSum,
  unstack,
} from '@tensorflow/tfjs-core';
import type { EngineCase } from '../engine-cases.js';
import { type HostTensor, integers, signed } from '../engine-host.js';

/** What moves numbers and leaves them as they are. */
export function places(): EngineCase[] {
  const make = (name: string, shapes: number[][], run: EngineCase['run']): EngineCase => ({
    family: 'places',
    name,
    inputs: shapes.map((shape, i) => signed(shape, i)),
    run,
    kind: 'elementwise',
    gradient: true,
  });
  return [
    make(
      'concat on the last axis',
      [
        [2, 3],
        [2, 1],
        [2, 4],
      ],
      (...xs) => concat(xs, -1),
    ),
    make(
      'concat on the first axis',
      [
        [2, 3],
        [1, 3],
      ],
      (...xs) => concat(xs, 0),
    ),
    make('slice', [[3, 4, 5]], (x) => slice(x, [1, 0, 2], [2, 4, 2])),
    make('slice of whole rows', [[5, 6]], (x) => slice(x, [2, 0], [2, 6])),
    make('slice of one number', [[3, 4]], (x) => slice(x, [2, 3], [1, 1])),
    make('slice of a vector', [[7]], (x) => slice(x, [3], [3])),
    make('slice in the middle of four axes', [[2, 4, 3, 2]], (x) => slice(x, [0, 1, 1, 0], [2, 2, 2, 2])),
    make('stridedSlice', [[4, 6]], (x) => stridedSlice(x, [0, 1], [4, 6], [2, 2])),
    make('split', [[2, 6]], (x) => add(...(split(x, 2, 1) as [Tensor, Tensor]))),
    make('pad', [[2, 3]], (x) =>
      pad(
        x,
        [
          [1, 0],
          [2, 1],
        ],
        0.5,
      ),
    ),
    make('mirrorPad', [[3, 4]], (x) =>
      mirrorPad(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
    ),
    make('tile', [[2, 3]], (x) => tile(x, [2, 3])),
    make('transpose', [[2, 3, 4]], (x) => transpose(x, [2, 0, 1])),
    make('transpose of heads', [[2, 3, 2, 4]], (x) => transpose(x, [0, 2, 1, 3])),
    make('reshape', [[2, 6]], (x) => reshape(x, [3, 4])),
    make('reverse', [[2, 3, 2]], (x) => reverse(x, [1])),
    make(
      'stack',
      [
        [2, 3],
        [2, 3],
      ],
      (...xs) => stack(xs, 1),
    ),
    make('unstack', [[3, 2]], (x) => unstack(x, 0)[1]!),
  ].map((one) => (one.name === 'stridedSlice' || one.name === 'mirrorPad' ? { ...one, gradient: false } : one));
}

/** Gathering, scattering and one-hot rows. */
export function indices(): EngineCase[] {
  const ids = integers([2, 0, 2, 1, 4, 2], [2, 3]);
  const make = (name: string, inputs: HostTensor[], run: EngineCase['run'], gradient = true): EngineCase => ({
    family: 'indices',
    name,
    inputs,
    run,
    kind: 'sums',
    gradient,
  });
  const flat = integers([2, 0, 2, 1, 4, 2], [6]);
  return [
    make('gather of rows', [signed([5, 3]), ids], (x, at) => gather(x, at as Tensor1D)),
    make('gather of columns', [signed([3, 5]), flat], (x, at) => gather(x, at as Tensor1D, 1)),
    make('gather of a vector', [signed([5]), flat], (x, at) => gather(x, at as Tensor1D)),
    make('unsortedSegmentSum', [signed([6, 3]), flat], (x, at) => unsortedSegmentSum(x, at as Tensor1D, 5)),
    make('unsortedSegmentSum of numbers', [signed([6]), flat], (x, at) => unsortedSegmentSum(x, at as Tensor1D, 7)),
    make('oneHot', [ids], (at) => oneHot(at, 5), false),
    make('oneHot with other values', [ids], (at) => oneHot(at, 5, 0.9, 0.025, 'float32'), false),
    make('oneHot out of range', [integers([-1, 5, 2], [3])], (at) => oneHot(at, 5), false),
    make('gatherND', [signed([3, 4]), integers([0, 1, 2, 3], [2, 2])], (x, at) => gatherND(x, at), false),
    make('scatterND', [integers([0, 3, 1], [3, 1]), signed([3, 2])], (at, x) => scatterND(at, x, [5, 2]), false),
  ];
}
