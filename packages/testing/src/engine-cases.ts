import {
  abs,
  add,
  addN,
  all,
  any,
  argMax,
  argMin,
  avgPool,
  cast,
  clipByValue,
  concat,
  conv2d,
  conv2dTranspose,
  cos,
  cumsum,
  depthwiseConv2d,
  div,
  einsum,
  elu,
  equal,
  erf,
  exp,
  expm1,
  floor,
  gather,
  gatherND,
  greater,
  greaterEqual,
  image,
  isFinite as isFiniteNumber,
  isNaN as isNotANumber,
  leakyRelu,
  less,
  lessEqual,
  log,
  log1p,
  logicalAnd,
  logicalNot,
  logicalOr,
  logSoftmax,
  matMul,
  max,
  maximum,
  maxPool,
  mean,
  min,
  minimum,
  mirrorPad,
  mod,
  mul,
  neg,
  notEqual,
  oneHot,
  pad,
  pow,
  prod,
  reciprocal,
  relu,
  reshape,
  reverse,
  round,
  rsqrt,
  scatterND,
  sigmoid,
  sign,
  sin,
  slice,
  softmax,
  softplus,
  split,
  sqrt,
  square,
  squaredDifference,
  stack,
  stridedSlice,
  sub,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tanh,
  tensor,
  tile,
  topk,
  transpose,
  unsortedSegmentSum,
  unstack,
  where,
} from '@tensorflow/tfjs-core';
import {
  bools,
  broadcastOnHost,
  convOnHost,
  erfOnHost,
  fixed,
  type HostTensor,
  integers,
  matMulOnHost,
  outputOf,
  positives,
  reduceOnHost,
  signed,
  spaced,
} from './engine-host.js';

/** One use of an operation of TensorFlow.js. */
export type EngineCase = {
  readonly family: string;
  readonly name: string;
  readonly inputs: readonly HostTensor[];
  readonly run: (...inputs: Tensor[]) => Tensor;
  /** Which column of the tolerance table holds it. */
  readonly kind: 'elementwise' | 'trigonometry' | 'sums';
  /** Whether its gradient is part of the case. */
  readonly gradient: boolean;
  /** The same on the host in float64; the cpu engine is the reference of what has none. */
  readonly host?: (...inputs: number[][]) => number[];
};

/** Every operation family that training needs, forwards and, where there is one, backwards. */
export function engineCases(): EngineCase[] {
  return [
    ...elementwise(),
    ...broadcasts(),
    ...choices(),
    ...reductions(),
    ...products(),
    ...convolutions(),
    ...pools(),
    ...places(),
    ...indices(),
  ];
}

/** The inputs of a case on the engine that is current. */
export function tensorsOf({ inputs }: Pick<EngineCase, 'inputs'>): Tensor[] {
  return inputs.map(({ values, shape, dtype }) => tensor(values, [...shape], dtype));
}

type Unary = (x: Tensor) => Tensor;
type Binary = (a: Tensor, b: Tensor) => Tensor;

function elementwise(): EngineCase[] {
  const make = (
    name: string,
    run: Unary,
    host: (x: number) => number,
    {
      from = signed([3, 5]),
      gradient = true,
      kind = 'elementwise',
    }: Partial<Pick<EngineCase, 'gradient' | 'kind'>> & { from?: HostTensor } = {},
  ): EngineCase => ({
    family: 'element-wise',
    name,
    inputs: [from],
    run,
    kind,
    gradient,
    host: (x) => x.map(host),
  });
  const positive = { from: positives([3, 5]) };
  const flat = { gradient: false };
  const trigonometry = { kind: 'trigonometry' } as const;
  return [
    make('abs', abs, Math.abs),
    make('neg', neg, (x) => -x),
    make('exp', exp, Math.exp),
    make('expm1', expm1, Math.expm1),
    make('log', log, Math.log, positive),
    make('log1p', log1p, Math.log1p, positive),
    make('sqrt', sqrt, Math.sqrt, positive),
    make('rsqrt', rsqrt, (x) => 1 / Math.sqrt(x), positive),
    make('reciprocal', reciprocal, (x) => 1 / x),
    make('square', square, (x) => x * x),
    make('sin', sin, Math.sin, trigonometry),
    make('cos', cos, Math.cos, trigonometry),
    make('tanh', tanh, Math.tanh),
    make('sigmoid', sigmoid, (x) => 1 / (1 + Math.exp(-x))),
    make('softplus', softplus, (x) => Math.log1p(Math.exp(x))),
    make('erf', erf, erfOnHost),
    make('relu', relu, (x) => Math.max(0, x)),
    make(
      'leakyRelu',
      (x) => leakyRelu(x, 0.2),
      (x) => (x > 0 ? x : 0.2 * x),
    ),
    make('elu', elu, (x) => (x > 0 ? x : Math.expm1(x))),
    make(
      'clipByValue',
      (x) => clipByValue(x, -1, 1.5),
      (x) => Math.min(1.5, Math.max(-1, x)),
    ),
    make(
      'pow with a scalar',
      (x) => pow(x, 3),
      (x) => x ** 3,
    ),
    make(
      'pow with a fraction',
      (x) => pow(x, 0.7),
      (x) => x ** 0.7,
      positive,
    ),
    make('floor', floor, Math.floor, flat),
    make('round', round, Math.round, flat),
    make('sign', sign, Math.sign, flat),
    make(
      'clone',
      (x) => x.clone(),
      (x) => x,
    ),
  ];
}

function broadcasts(): EngineCase[] {
  const shapes: [string, number[], number[]][] = [
    ['equal shapes', [2, 3, 4], [2, 3, 4]],
    ['a row', [2, 3, 4], [4]],
    ['a column', [2, 3, 4], [3, 1]],
    ['both ways', [2, 1, 4], [3, 1]],
    ['a scalar', [2, 3], []],
  ];
  const run = (name: string, f: Binary, host: (a: number, b: number) => number): EngineCase[] =>
    shapes.map(([how, a, b]) => ({
      family: 'broadcasting',
      name: `${name}, ${how}`,
      inputs: [signed(a), positives(b, 1)],
      run: f,
      kind: 'sums', // the gradient of a broadcast is a sum
      gradient: true,
      host: (x, y) => broadcastOnHost(x, a, y, b, host),
    }));
  return [
    ...run('add', add, (a, b) => a + b),
    ...run('sub', sub, (a, b) => a - b),
    ...run('mul', mul, (a, b) => a * b),
    ...run('div', div, (a, b) => a / b),
    ...run('maximum', maximum, Math.max).slice(0, 2),
    ...run('minimum', minimum, Math.min).slice(3),
    ...run('squaredDifference', squaredDifference, (a, b) => (a - b) ** 2).slice(0, 2),
    ...run(
      'pow',
      (a, b) => pow(add(abs(a), 0.5), b),
      (a, b) => (Math.abs(a) + 0.5) ** b,
    ).slice(0, 2),
    ...run('mod', mod, (a, b) => ((a % b) + b) % b)
      .slice(1, 2)
      .map((one) => ({ ...one, gradient: false })), // it has jumps
  ];
}

function choices(): EngineCase[] {
  const make = (name: string, run: Binary, host: (a: number, b: number) => boolean): EngineCase => ({
    family: 'comparisons',
    name,
    inputs: [integers([1, 2, 3, 4, 5, 0], [2, 3]), integers([1, 3, 2], [3])],
    run,
    kind: 'elementwise',
    gradient: false,
    host: (a, b) => broadcastOnHost(a, [2, 3], b, [3], (x, y) => Number(host(x, y))),
  });
  const truths = bools([1, 0, 0, 1, 1, 0], [2, 3]);
  const own = (name: string, inputs: HostTensor[], run: EngineCase['run'], gradient = false): EngineCase => ({
    family: 'comparisons',
    name,
    inputs,
    run,
    kind: 'elementwise',
    gradient,
  });
  return [
    make('equal', equal, (a, b) => a === b),
    make('notEqual', notEqual, (a, b) => a !== b),
    make('greater', greater, (a, b) => a > b),
    make('greaterEqual', greaterEqual, (a, b) => a >= b),
    make('less', less, (a, b) => a < b),
    make('lessEqual', lessEqual, (a, b) => a <= b),
    own('logicalAnd', [truths, bools([1, 1, 0], [3])], logicalAnd),
    own('logicalOr', [truths, bools([1, 1, 0], [3])], logicalOr),
    own('logicalNot', [truths], logicalNot),
    own('isNaN', [signed([4])], (x) => isNotANumber(log(x))),
    own('isFinite', [signed([4])], (x) => isFiniteNumber(log(x))),
    own('where', [truths, signed([2, 3]), signed([2, 3], 1)], where as EngineCase['run'], true),
    own('where of a broadcast condition', [bools([1, 0, 1], [3]), signed([2, 3]), signed([2, 3], 1)], (c, a, b) =>
      where(tile(reshape(c, [1, 3]), [2, 1]), a, b),
    ),
    own('cast to int32', [signed([2, 3])], (x) => cast(x, 'int32')),
    own('cast to bool', [fixed([0.25, 0, -3, 256], [4])], (x) => cast(x, 'bool')),
    own('cast from bool', [truths], (x) => cast(x, 'float32')),
    own('cast from int32', [integers([-3, 7], [2])], (x) => cast(x, 'float32')),
  ];
}

function reductions(): EngineCase[] {
  const shape = [2, 3, 4];
  const axes: [string, number | number[] | undefined, boolean][] = [
    ['all axes', undefined, false],
    ['the last axis', -1, false],
    ['the first axis, kept', 0, true],
    ['two axes', [0, 2], false],
  ];
  const over = (
    name: string,
    run: (x: Tensor, axis?: number | number[], keep?: boolean) => Tensor,
    host: (xs: number[]) => number,
  ): EngineCase[] =>
    axes.map(([how, axis, keep]) => ({
      family: 'reductions',
      name: `${name} over ${how}`,
      inputs: [spaced(shape)],
      run: (x) => run(x, axis, keep),
      kind: 'sums',
      gradient: true,
      host: (x) => reduceOnHost(x, shape, axis, host),
    }));
  const own = (name: string, run: Unary, gradient: boolean, from = signed(shape)): EngineCase => ({
    family: 'reductions',
    name,
    inputs: [from],
    run,
    kind: 'sums',
    gradient,
  });
  const total = (xs: number[]): number => xs.reduce((a, b) => a + b, 0);
  const truths = bools([1, 0, 1, 1, 0, 0], [2, 3]);
  return [
    ...over('sum', sum, total),
    ...over('mean', mean, (xs) => total(xs) / xs.length),
    ...over('max', max, (xs) => Math.max(...xs)),
    ...over('min', min, (xs) => Math.min(...xs)),
    ...over('prod', prod, (xs) => xs.reduce((a, b) => a * b, 1))
      .slice(1, 2)
      .map((one) => ({ ...one, gradient: false })),
    own('sum of int32', (x) => sum(x, 1), false, integers([1, 2, 3, 4, 5, 6], [2, 3])),
    own('mean of bool', (x) => mean(cast(x, 'float32'), 0), false, truths),
    own('argMax', (x) => argMax(x, 1), false),
    own('argMin', (x) => argMin(x, -1), false),
    own('any', (x) => any(x, 1), false, truths),
    own('all', (x) => all(x, 0), false, truths),
    own('softmax', (x) => softmax(x), true),
    own('logSoftmax', (x) => logSoftmax(x), true),
    own('cumsum', (x) => cumsum(x, 1), true),
    own('cumsum, exclusive', (x) => cumsum(x, 0, true), true),
    own('cumsum, exclusive and reverse', (x) => cumsum(x, 2, true, true), true),
    own('addN of twenty', (x) => addN(Array.from({ length: 20 }, (_, i) => mul(x, i))), true),
    own('addN of twenty scalars', (x) => addN(Array.from({ length: 20 }, (_, i) => mul(sum(x), i))), true),
    own('topk', (x) => topk(x, 2).values, false),
  ];
}

function products(): EngineCase[] {
  const make = (a: number[], b: number[], transposeA: boolean, transposeB: boolean): EngineCase => ({
    family: 'matMul',
    name: `[${a}] · [${b}]${transposeA ? ', a transposed' : ''}${transposeB ? ', b transposed' : ''}`,
    inputs: [signed(a), signed(b, 1)],
    run: (x, y) => matMul(x, y, transposeA, transposeB),
    kind: 'sums',
    gradient: true,
    ...(a.length === 2 && { host: (x: number[], y: number[]) => matMulOnHost(x, a, y, b, transposeA, transposeB) }),
  });
  const sums = (equation: string, ...shapes: number[][]): EngineCase => ({
    family: 'einsum',
    name: equation,
    inputs: shapes.map((shape, i) => signed(shape, i)),
    run: (...xs) => einsum(equation, ...xs),
    kind: 'sums',
    gradient: false, // TensorFlow.js has none
  });
  const both = [false, true];
  const flip = (shape: number[], yes: boolean): number[] =>
    yes ? [...shape.slice(0, -2), shape.at(-1)!, shape.at(-2)!] : shape;
  const all4 = (a: number[], b: number[]): EngineCase[] =>
    both.flatMap((ta) => both.map((tb) => make(flip(a, ta), flip(b, tb), ta, tb)));
  return [
    ...all4([3, 5], [5, 4]),
    make([33, 47], [47, 29], false, false), // past the edges of a GPU's tiles
    make([47, 33], [29, 47], true, true),
    ...all4([2, 3, 5], [2, 5, 4]),
    make([2, 2, 3, 5], [2, 2, 4, 5], false, true),
    make([4, 3, 5], [1, 5, 2], false, false),
    make([4, 5, 3], [1, 2, 5], true, true),
    make([1, 3, 5], [4, 5, 2], false, false),
    sums('ij,jk->ik', [3, 4], [4, 5]),
    sums('bhqd,bhkd->bhqk', [2, 2, 3, 4], [2, 2, 5, 4]),
    sums('bqhd,bkhd->bhqk', [2, 3, 2, 4], [2, 5, 2, 4]),
    sums('ij->j', [3, 4]),
    sums('ij->ji', [3, 4]),
    sums('i,j->ij', [3], [4]),
    sums('ijk,jil->kl', [2, 3, 4], [3, 2, 5]),
    sums('ij,j->i', [3, 4], [4]),
  ];
}

function convolutions(): EngineCase[] {
  type Geometry = [
    x: number[],
    filter: number[],
    strides: number | [number, number],
    padding: 'same' | 'valid' | number,
  ];
  const geometries: Geometry[] = [
    [[2, 5, 6, 3], [3, 3, 3, 4], 1, 'same'],
    [[2, 5, 6, 3], [3, 3, 3, 4], 2, 'same'],
    [[2, 8, 8, 2], [4, 4, 2, 3], 2, 'same'],
    [[1, 7, 5, 1], [2, 3, 1, 2], [2, 1], 'valid'],
    [[2, 6, 5, 2], [1, 1, 2, 5], 1, 'valid'],
    [[2, 5, 5, 2], [3, 3, 2, 2], 2, 1],
    [[1, 4, 4, 1], [5, 5, 1, 2], 1, 2],
    [[1, 6, 6, 2], [2, 2, 2, 2], 3, 'valid'],
  ];
  const family = 'convolutions';
  const text = ([x, filter, strides, padding]: Geometry): string =>
    `[${x}] by [${filter}], strides ${strides}, padding ${padding}`;
  const four = (x: Tensor): Tensor4D => x as Tensor4D;
  const deep = (filter: number[]): number[] => [...filter.slice(0, 3), 2];
  return geometries.flatMap((geometry): EngineCase[] => {
    const [x, filter, strides, padding] = geometry;
    const base = { family, kind: 'sums', gradient: true } as const;
    return [
      {
        ...base,
        name: `conv2d ${text(geometry)}`,
        inputs: [signed(x), signed(filter, 1)],
        run: (a, w) => conv2d(four(a), four(w), strides, padding),
        ...(padding === 'valid' && { host: (a: number[], w: number[]) => convOnHost(a, x, w, filter, strides) }),
      },
      {
        ...base,
        name: `depthwiseConv2d ${text(geometry)}`,
        inputs: [signed(x), signed(deep(filter), 1)],
        run: (a, w) => depthwiseConv2d(four(a), four(w), strides, padding),
      },
      ...(typeof padding === 'number'
        ? []
        : [
            {
              ...base,
              name: `conv2dTranspose to ${text(geometry)}`,
              inputs: [signed(outputOf(x, filter, strides, padding)), signed(filter, 1)],
              run: (dy: Tensor, w: Tensor) =>
                conv2dTranspose(four(dy), four(w), x as [number, number, number, number], strides, padding),
            } satisfies EngineCase,
          ]),
    ];
  });
}

function pools(): EngineCase[] {
  const make = (name: string, shape: number[], run: (x: Tensor4D) => Tensor): EngineCase => ({
    family: 'pooling and resizing',
    name,
    inputs: [spaced(shape)],
    run: (x) => run(x as Tensor4D),
    kind: 'sums',
    gradient: true,
  });
  return [
    make('maxPool 2, stride 2', [2, 4, 6, 3], (x) => maxPool(x, 2, 2, 'valid')),
    make('maxPool 3, stride 2, same', [1, 5, 5, 2], (x) => maxPool(x, 3, 2, 'same')),
    make('avgPool 2, stride 2', [2, 4, 6, 3], (x) => avgPool(x, 2, 2, 'valid')),
    make('avgPool 3, stride 1, same', [1, 5, 5, 2], (x) => avgPool(x, 3, 1, 'same')),
    make('resizeNearestNeighbor', [1, 3, 4, 2], (x) => image.resizeNearestNeighbor(x, [6, 8])),
    make('resizeBilinear', [1, 3, 4, 2], (x) => image.resizeBilinear(x, [6, 8])),
  ];
}

function places(): EngineCase[] {
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

function indices(): EngineCase[] {
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
