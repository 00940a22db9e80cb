// Random calls of ops, each told by a key alone: shapes that are empty, of one element, of up to six dimensions or
// large; operands that broadcast; strided parts; odd paddings, strides and dilations; every dtype; values that are none.

import { fold, type Key, randomIntegers, randomNormal } from '@genai/core';
import * as tf from '@tensorflow/tfjs-core';

/** One call: what it is called, and the call. It makes its own inputs on whatever engine is current. */
export type FuzzCase = {
  readonly name: string;
  readonly compute: () => tf.Tensor | tf.Tensor[];
  /** Whether it takes gradients: tfjs keeps what it saved for them when one throws. */
  readonly keepsIfThrown?: boolean;
};

/** The case of this key. */
export function fuzzCase(key: Key): FuzzCase {
  const draw = new Draw(key);
  return draw.one(FAMILIES)(draw);
}

type Dtype = 'float32' | 'int32' | 'bool';

/** Numbers from a key, one after another. */
class Draw {
  #count = 0;

  constructor(private readonly key: Key) {}

  next(): Key {
    return fold(this.key, this.#count++);
  }

  /** From `min` up to and with `max`. */
  integer(min: number, max: number): number {
    return randomIntegers(this.next(), 1, { min, max: max + 1 })[0]!;
  }

  one<T>(list: readonly T[]): T {
    return list[this.integer(0, list.length - 1)]!;
  }

  chance(oneIn: number): boolean {
    return this.integer(1, oneIn) === 1;
  }

  size(): number {
    return this.one([0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 65, 130]);
  }

  /** At least `min` of each dimension. */
  shape(rank = this.integer(0, 6), min = 0): number[] {
    const most = this.chance(12) ? 300_000 : 6_000;
    let count = 1;
    return Array.from({ length: rank }, () => {
      const size = Math.max(min, Math.min(this.size(), Math.floor(most / count)));
      count *= Math.max(1, size);
      return size;
    });
  }

  /** A shape that stretches to this one. */
  stretching(shape: readonly number[]): number[] {
    const cut = this.chance(2) ? this.integer(0, shape.length) : 0;
    return shape.slice(cut).map((size) => (this.chance(3) ? 1 : size));
  }

  axes(rank: number): number[] {
    return Array.from({ length: rank }, (_, i) => i).filter(() => this.chance(2));
  }

  permutation(rank: number): number[] {
    const order = Array.from({ length: rank }, (_, i) => i);
    for (let i = rank - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  }

  dtype(...among: Dtype[]): Dtype {
    return this.one(among.length > 0 ? among : (['float32', 'float32', 'int32', 'bool'] as const));
  }

  /** Makes a tensor whenever it is called, always the same. */
  tensor(shape: readonly number[], dtype: Dtype = 'float32', odd = this.chance(8)): () => tf.Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    const key = this.next();
    const places = odd && count > 0 ? randomIntegers(this.next(), ODD.length, { min: 0, max: count }) : [];
    return () => {
      if (count === 0) return tf.tensor([], shape as number[], dtype);
      if (dtype === 'bool')
        return tf.tensor(Uint8Array.from(randomIntegers(key, count, { min: 0, max: 2 })), shape as number[], 'bool');
      if (dtype === 'int32')
        return tf.tensor(
          Int32Array.from(randomIntegers(key, count, { min: -40, max: 40 })),
          shape as number[],
          'int32',
        );
      const values = Float32Array.from(randomNormal(key, count), (x) => 2 * x);
      places.forEach((place, i) => {
        values[place] = ODD[i]!;
      });
      return tf.tensor(values, shape as number[]);
    };
  }

  integers(shape: readonly number[], min: number, max: number): () => tf.Tensor {
    const count = shape.reduce((product, size) => product * size, 1);
    const key = this.next();
    return () =>
      tf.tensor(
        count === 0 ? [] : Int32Array.from(randomIntegers(key, count, { min, max: max + 1 })),
        shape as number[],
        'int32',
      );
  }
}

const ODD = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1e30, -1e-30, 100, -100];

type Family = (draw: Draw) => FuzzCase;
type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const FAMILIES: readonly Family[] = [
  ...[unary, unary, binary, binary, binary, select, reduce, reduce, scan, transpose, slice, stridedSlice, pad, join],
  ...[parts, tile, gather, scatter, oneHot, product, product, fusedProduct, convolution, convolution, transposed],
  ...[depthwise, pool, resize, softmax, shapes, blocks, gradients, gradients, gradientsOfConvolution],
];

// ---- Element by element ----------------------------------------------------------------------------------------------
const UNARY: Readonly<Record<string, Unary>> = {
  ...{ abs: tf.abs, ceil: tf.ceil, cos: tf.cos, elu: tf.elu, erf: tf.erf, exp: tf.exp, expm1: tf.expm1 },
  ...{ floor: tf.floor, leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.3), log: tf.log, neg: tf.neg, relu: tf.relu },
  ...{ log1p: (x: tf.Tensor) => tf.log1p(tf.abs(x)), reciprocal: tf.reciprocal, relu6: tf.relu6, round: tf.round },
  ...{ rsqrt: tf.rsqrt, selu: tf.selu, sigmoid: tf.sigmoid, sign: tf.sign, sin: tf.sin, softplus: tf.softplus },
  ...{ sqrt: tf.sqrt, square: tf.square, step: (x: tf.Tensor) => tf.step(x, 0.2), tanh: tf.tanh, tan: tf.tan },
  ...{ clip: (x: tf.Tensor) => tf.clipByValue(x, -1, 2), isNaN: tf.isNaN, isInf: tf.isInf, isFinite: tf.isFinite },
  ...{ int: (x: tf.Tensor) => tf.cast(x, 'int32'), bool: (x: tf.Tensor) => tf.cast(x, 'bool'), sinh: tf.sinh },
  ...{ float: (x: tf.Tensor) => tf.cast(x, 'float32'), zeros: tf.zerosLike, ones: tf.onesLike, atan: tf.atan },
};

function unary(draw: Draw): FuzzCase {
  const name = draw.one(Object.keys(UNARY));
  const shape = draw.shape();
  const dtype = draw.dtype('float32', 'float32', 'int32');
  const x = draw.tensor(shape, dtype);
  return { name: `${name} ${dtype} [${shape}]`, compute: () => UNARY[name]!(x()) };
}

const BINARY: Readonly<Record<string, Binary>> = {
  ...{ add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, maximum: tf.maximum, minimum: tf.minimum, mod: tf.mod },
  ...{ squaredDifference: tf.squaredDifference, floorDiv: tf.floorDiv, atan2: tf.atan2 },
  pow: (a, b) => tf.pow(a.dtype === 'float32' ? tf.abs(a) : a, a.dtype === 'float32' ? b : tf.mod(tf.abs(b), 4)),
  ...{ equal: tf.equal, notEqual: tf.notEqual, less: tf.less, lessEqual: tf.lessEqual, greater: tf.greater },
  ...{ greaterEqual: tf.greaterEqual, prelu: (a, b) => (a.dtype === 'float32' ? tf.prelu(a, b) : tf.add(a, b)) },
};

function binary(draw: Draw): FuzzCase {
  const name = draw.one(Object.keys(BINARY));
  const whole = draw.shape();
  const shapes = draw.chance(3) ? [whole, whole] : [whole, draw.stretching(whole)];
  if (draw.chance(2)) shapes.reverse();
  const dtype = draw.dtype('float32', 'float32', 'int32');
  const a = draw.tensor(shapes[0]!, dtype);
  const b = draw.tensor(shapes[1]!, draw.chance(6) ? 'int32' : dtype);
  return { name: `${name} ${dtype} [${shapes[0]}] [${shapes[1]}]`, compute: () => BINARY[name]!(a(), b()) };
}

function select(draw: Draw): FuzzCase {
  const shape = draw.shape();
  const dtype = draw.dtype();
  const condition = draw.tensor(draw.chance(2) ? draw.stretching(shape) : shape, 'bool');
  const [a, b] = [draw.tensor(shape, dtype), draw.tensor(shape, dtype)];
  const both = draw.tensor(draw.stretching(shape), 'bool');
  return {
    name: `where, and, or, not ${dtype} [${shape}]`,
    compute: () => [
      tf.where(condition(), a(), b()),
      tf.logicalAnd(condition(), both()),
      tf.logicalOr(condition(), both()),
      tf.logicalNot(both()),
    ],
  };
}

// ---- Many to one -----------------------------------------------------------------------------------------------------
const REDUCTIONS = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod, logSumExp: tf.logSumExp };

function reduce(draw: Draw): FuzzCase {
  const name = draw.one(Object.keys(REDUCTIONS) as (keyof typeof REDUCTIONS)[]);
  const shape = draw.shape(undefined, name === 'sum' ? 0 : 1);
  const dtype = draw.dtype('float32', 'float32', 'int32');
  const axes = draw.axes(shape.length);
  const keep = draw.chance(2);
  const x = draw.tensor(shape, dtype);
  const truths = draw.tensor(shape, 'bool');
  return {
    name: `${name} ${dtype} [${shape}] over [${axes}] ${keep}`,
    compute: () => [
      REDUCTIONS[name](name === 'prod' ? tf.sign(x()) : x(), axes, keep),
      tf.any(truths(), axes, keep),
      tf.all(truths(), axes, keep),
      tf.sum(truths(), axes, keep),
    ],
  };
}

function scan(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 5), 1);
  const axis = draw.integer(0, shape.length - 1);
  const dtype = draw.dtype('float32', 'int32');
  const [exclusive, reverse] = [draw.chance(2), draw.chance(2)];
  const x = draw.tensor(shape, dtype);
  return {
    name: `cumsum, arg ${dtype} [${shape}] along ${axis}`,
    compute: () => [
      tf.cumsum(x(), axis, exclusive, reverse),
      tf.cumprod(tf.sign(x()), axis, exclusive, reverse),
      tf.argMax(x(), axis),
      tf.argMin(x(), axis),
    ],
  };
}

function softmax(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 4), 1);
  const x = draw.tensor(shape);
  return { name: `softmax [${shape}]`, compute: () => [tf.softmax(x()), tf.logSoftmax(x())] };
}

// ---- Elsewhere -------------------------------------------------------------------------------------------------------
function transpose(draw: Draw): FuzzCase {
  const shape = draw.shape();
  const dtype = draw.dtype();
  const perm = draw.permutation(shape.length);
  const axes = draw.axes(shape.length);
  const x = draw.tensor(shape, dtype);
  return {
    name: `transpose, reverse ${dtype} [${shape}] [${perm}] [${axes}]`,
    compute: () => [tf.transpose(x(), perm), tf.reverse(x(), axes)],
  };
}

function slice(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 6));
  const dtype = draw.dtype();
  const begin = shape.map((n) => draw.integer(0, n));
  const size = shape.map((n, i) => draw.integer(0, n - begin[i]!));
  const x = draw.tensor(shape, dtype);
  return { name: `slice ${dtype} [${shape}] [${begin}] [${size}]`, compute: () => tf.slice(x(), begin, size) };
}

function stridedSlice(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 5), 1);
  const strides = shape.map(() => draw.one([1, 1, 2, 3, -1, -2]));
  const ends = shape.map((n) => [draw.integer(-n, n - 1), draw.integer(-n - 1, n)] as const);
  const masks = [0, 0].map(() => draw.integer(0, 2 ** shape.length - 1));
  const shrink = draw.chance(3) ? 1 : 0;
  const x = draw.tensor(shape, draw.dtype());
  const [begin, end] = [ends.map(([b]) => b), ends.map(([, e]) => e)];
  if (shrink) strides.fill(1); // the cpu engine mixes dimensions up otherwise
  return {
    name: `stridedSlice [${shape}] [${begin}] [${end}] [${strides}] ${masks} ${shrink}`,
    compute: () => tf.stridedSlice(x(), begin, end, strides, masks[0], masks[1], 0, 0, shrink),
  };
}

function pad(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 4), 1);
  const dtype = draw.dtype();
  const around = shape.map(() => [draw.integer(0, 4), draw.integer(0, 3)] as [number, number]);
  const mirrored = around.map((n, i) => n.map((m) => Math.min(m, shape[i]! - 1)) as [number, number]);
  const mode = draw.one(['reflect', 'symmetric'] as const);
  const x = draw.tensor(shape, dtype);
  return {
    name: `pad ${dtype} [${shape}] ${JSON.stringify(around)} ${mode}`,
    compute: () => [
      tf.pad(x(), around, dtype === 'bool' ? 1 : 3),
      ...(dtype === 'bool' ? [] : [tf.mirrorPad(x(), mirrored, mode)]),
    ],
  };
}

function join(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 5));
  const axis = draw.integer(0, shape.length - 1);
  const dtype = draw.dtype();
  const xs = Array.from({ length: draw.integer(1, 5) }, () =>
    draw.tensor(
      shape.map((n, i) => (i === axis ? draw.integer(0, 9) : n)),
      dtype,
    ),
  );
  const same = Array.from({ length: draw.integer(1, 3) }, () => draw.tensor(shape, dtype));
  return {
    name: `concat, stack ${dtype} [${shape}] along ${axis}, ${xs.length}`,
    compute: () => [
      tf.concat(
        xs.map((x) => x()),
        axis,
      ),
      tf.stack(
        same.map((x) => x()),
        axis,
      ),
    ],
  };
}

function parts(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 5));
  const axis = draw.integer(0, shape.length - 1);
  const pieces = draw.integer(1, 4);
  shape[axis] = pieces * draw.integer(1, 4);
  const cut = draw.integer(0, shape[axis]!);
  const x = draw.tensor(shape, draw.dtype());
  return {
    name: `split, unstack [${shape}] along ${axis}`,
    compute: () => [
      ...tf.split(x(), pieces, axis),
      ...tf.split(x(), [cut, shape[axis]! - cut], axis),
      ...tf.unstack(x(), axis),
    ],
  };
}

function tile(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 4)).map((n) => Math.min(n, 17));
  const reps = shape.map(() => draw.integer(0, 3));
  const x = draw.tensor(shape, draw.dtype());
  const wide = shape.map((n) => (n === 1 ? draw.integer(1, 5) : n));
  return { name: `tile [${shape}] [${reps}]`, compute: () => [tf.tile(x(), reps), tf.broadcastTo(x(), wide)] };
}

function shapes(draw: Draw): FuzzCase {
  const shape = draw.shape();
  const dtype = draw.dtype();
  const x = draw.tensor(shape, dtype);
  const axis = draw.integer(0, shape.length);
  const [start, by] = [draw.integer(-9, 9), draw.one([1, 2, 3, -1, -2])];
  const stop = start + by * draw.integer(1, 300);
  return {
    name: `reshape, fill, range ${dtype} [${shape}] ${start} ${stop} ${by}`,
    compute: () => [
      tf.reshape(x(), [-1, ...shape.filter((n) => n > 0 && n !== 1).slice(0, 0)]),
      tf.expandDims(x(), axis),
      tf.squeeze(x()),
      tf.fill(shape, dtype === 'bool' ? 1 : 7, dtype),
      tf.range(start, stop, by, dtype === 'bool' ? 'float32' : dtype),
      tf.linspace(start, stop, 17),
      tf.clone(x()),
    ],
  };
}

function blocks(draw: Draw): FuzzCase {
  const [b, h, w, d] = [draw.integer(1, 3), draw.integer(1, 5), draw.integer(1, 5), draw.integer(1, 6)] as const;
  const [tall, wide] = [draw.integer(1, 3), draw.integer(1, 3)];
  const x = draw.tensor([b, h * tall, w * wide, d], draw.dtype('float32', 'int32'));
  const y = draw.tensor([b * tall * wide, h + 1, w + 2, d], draw.dtype('float32', 'int32'));
  const deep = draw.tensor([b, h, w, d * 4]);
  return {
    name: `spaceToBatch, batchToSpace, depthToSpace ${[b, h, w, d]} by ${[tall, wide]}`,
    compute: () => [
      tf.spaceToBatchND(
        x(),
        [tall, wide],
        [
          [0, tall],
          [wide, 0],
        ],
      ),
      tf.batchToSpaceND(
        y() as tf.Tensor4D,
        [tall, wide],
        [
          [0, tall - 1],
          [1, 0],
        ],
      ),
      tf.depthToSpace(deep() as tf.Tensor4D, 2),
    ],
  };
}

// ---- By index --------------------------------------------------------------------------------------------------------
function gather(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(1, 4), 1);
  const axis = draw.integer(0, shape.length - 1);
  const indices = draw.integers(
    draw.shape(draw.integer(0, 3)).map((n) => Math.min(n, 4)),
    0,
    shape[axis]! - 1,
  );
  const depth = draw.integer(1, shape.length);
  const rows = draw.integers([draw.integer(0, 9), depth], 0, Math.min(...shape.slice(0, depth)) - 1);
  const x = draw.tensor(shape, draw.dtype());
  return {
    name: `gather [${shape}] along ${axis}, to depth ${depth}`,
    compute: () => [tf.gather(x(), indices(), axis), tf.gatherND(x(), rows())],
  };
}

function scatter(draw: Draw): FuzzCase {
  const [count, segments] = [draw.integer(1, 70), draw.integer(1, 40)];
  const row = draw.shape(draw.integer(0, 2));
  const dtype = draw.dtype('float32', 'int32');
  const updates = draw.tensor([count, ...row], dtype, false);
  const indices = draw.integers([count, 1], 0, segments - 1);
  const ids = draw.integers([count], -1, segments + 1);
  return {
    name: `scatterND, unsortedSegmentSum ${dtype} ${count} to ${segments} rows of [${row}]`,
    compute: () => [
      tf.scatterND(indices(), updates(), [segments, ...row]),
      tf.unsortedSegmentSum(updates(), ids() as tf.Tensor1D, segments),
    ],
  };
}

function oneHot(draw: Draw): FuzzCase {
  const shape = draw.shape(draw.integer(0, 3)).map((n) => Math.min(n, 17));
  const depth = draw.integer(2, 40);
  const dtype = draw.dtype('float32', 'int32', 'bool');
  const indices = draw.integers(shape, -2, depth + 1);
  return { name: `oneHot ${dtype} [${shape}] ${depth}`, compute: () => tf.oneHot(indices(), depth, 1, 0, dtype) };
}

// ---- Products --------------------------------------------------------------------------------------------------------
function product(draw: Draw): FuzzCase {
  const small = draw.chance(2);
  const size = (): number => (small ? draw.size() : draw.one([0, 1, 5, 40, 100, 129]));
  const [m, n, k] = [size(), size(), size()];
  const batches = m * n * k > 100_000 ? [] : draw.shape(draw.integer(0, 3)).map((b) => Math.min(b, 4));
  const [turnA, turnB] = [draw.chance(2), draw.chance(2)];
  const others = batches.map((b) => (draw.chance(3) ? 1 : b));
  const a = draw.tensor([...batches, ...(turnA ? [k, m] : [m, k])], 'float32', false);
  const b = draw.tensor([...(draw.chance(4) ? [] : others), ...(turnB ? [n, k] : [k, n])], 'float32', false);
  return {
    name: `matMul [${batches}] [${others}] ${m} × ${n}, depth ${k}, ${turnA} ${turnB}`,
    // Where dimensions behind the first broadcast, the cpu engine takes the wrong matrices.
    compute: () =>
      tf.getBackend() === 'cpu'
        ? tf.matMul(
            tf.broadcastTo(a(), [...batches, ...a().shape.slice(-2)]),
            tf.broadcastTo(b(), [...batches, ...b().shape.slice(-2)]),
            turnA,
            turnB,
          )
        : tf.matMul(a(), b(), turnA, turnB),
  };
}

const ACTIVATIONS = ['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'] as const;

function fusedProduct(draw: Draw): FuzzCase {
  const [m, n, k] = [draw.size(), draw.size(), draw.size()];
  const activation = draw.one(ACTIVATIONS);
  const [a, b] = [draw.tensor([m, k], 'float32', false), draw.tensor([k, n], 'float32', false)];
  const bias = draw.chance(4) ? undefined : draw.tensor([n], 'float32', false);
  return {
    name: `fused matMul ${m} × ${n}, depth ${k}, ${activation}, bias ${bias !== undefined}`,
    compute: () =>
      tf.fused.matMul({ a: a(), b: b(), bias: bias?.(), activation, leakyreluAlpha: 0.3 } as Parameters<
        typeof tf.fused.matMul
      >[0]),
  };
}

// ---- Images ----------------------------------------------------------------------------------------------------------
type Pad = 'same' | 'valid' | number | [[number, number], [number, number], [number, number], [number, number]];

function image(draw: Draw) {
  const [batch, channels] = [draw.integer(1, 3), draw.one([1, 2, 3, 4, 5, 8, 16, 17, 33])];
  const kernel = [draw.integer(1, 5), draw.integer(1, 5)] as [number, number];
  const dilations = draw.chance(3) ? ([draw.integer(1, 3), draw.integer(1, 3)] as [number, number]) : undefined;
  const strides: [number, number] = dilations ? [1, 1] : [draw.integer(1, 3), draw.integer(1, 3)];
  const reach = kernel.map((n, i) => (n - 1) * (dilations?.[i] ?? 1) + 1) as [number, number];
  const [h, w] = [reach[0] + draw.integer(0, 12), reach[1] + draw.integer(0, 12)];
  const around = (): [number, number] => [draw.integer(0, 3), draw.integer(0, 3)];
  const padding = draw.one<Pad>(['same', 'valid', [[0, 0], around(), around(), [0, 0]]]);
  return { batch, h, w, channels, kernel, strides, padding, dilations, shape: [batch, h, w, channels] };
}

function convolution(draw: Draw): FuzzCase {
  const { shape, channels, kernel, strides, padding, dilations } = image(draw);
  const outputs = draw.one([1, 2, 3, 7, 8, 16, 17, 40]);
  const [x, filter] = [draw.tensor(shape), draw.tensor([...kernel, channels, outputs], 'float32', false)];
  const bias = draw.tensor([outputs], 'float32', false);
  const activation = draw.one(ACTIVATIONS);
  const about = [strides, padding, 'NHWC', dilations ?? 1] as const;
  const fused = { strides, pad: padding as number, ...(dilations && { dilations }), activation, leakyreluAlpha: 0.2 };
  return {
    name: `conv2d [${shape}] by [${kernel}] to ${outputs}, ${JSON.stringify([strides, padding, dilations, activation])}`,
    compute: () => [
      tf.conv2d(x() as tf.Tensor4D, filter() as tf.Tensor4D, ...about),
      tf.fused.conv2d({ x: x() as tf.Tensor4D, filter: filter() as tf.Tensor4D, bias: bias(), ...fused }),
    ],
  };
}

function transposed(draw: Draw): FuzzCase {
  const { batch, channels, kernel, strides } = image(draw);
  const outputs = draw.one([1, 3, 8, 17]);
  const [h, w] = [draw.integer(1, 8), draw.integer(1, 8)];
  const pad = draw.one(['same', 'valid'] as const);
  const sizes = [h, w].map((n, i) => (pad === 'same' ? n * strides[i]! : (n - 1) * strides[i]! + kernel[i]!));
  const [x, filter] = [
    draw.tensor([batch, h, w, channels]),
    draw.tensor([...kernel, outputs, channels], 'float32', false),
  ];
  const out = [batch, ...sizes, outputs] as [number, number, number, number];
  return {
    name: `conv2dTranspose [${[batch, h, w, channels]}] by [${kernel}] to [${out}], ${strides} ${pad}`,
    compute: () => tf.conv2dTranspose(x() as tf.Tensor4D, filter() as tf.Tensor4D, out, strides, pad),
  };
}

function depthwise(draw: Draw): FuzzCase {
  const { shape, channels, kernel, strides, padding, dilations } = image(draw);
  const x = draw.tensor(shape);
  const filter = draw.tensor([...kernel, channels, draw.chance(4) ? 2 : 1], 'float32', false);
  const step = dilations ? 1 : strides[0];
  return {
    name: `depthwise [${shape}] by [${kernel}], ${step} ${JSON.stringify([padding, dilations])}`,
    compute: () =>
      tf.depthwiseConv2d(x() as tf.Tensor4D, filter() as tf.Tensor4D, step, padding as number, 'NHWC', dilations ?? 1),
  };
}

function pool(draw: Draw): FuzzCase {
  const { shape, kernel, strides } = image(draw);
  const padding = draw.one(['same', 'valid'] as const);
  const x = draw.tensor(shape);
  const mean = (y: tf.Tensor): tf.Tensor => tf.avgPool(y as tf.Tensor4D, kernel, strides, padding);
  const largest = (y: tf.Tensor): tf.Tensor => tf.maxPool(y as tf.Tensor4D, kernel, strides, padding);
  return {
    keepsIfThrown: true,
    name: `pools [${shape}] by [${kernel}], [${strides}] ${padding}`,
    compute: () => [mean(x()), largest(x()), tf.grad(mean)(x()), tf.grad(largest)(x())],
  };
}

function resize(draw: Draw): FuzzCase {
  const { shape } = image(draw);
  const to: [number, number] = [draw.integer(1, 20), draw.integer(1, 20)];
  const corners = draw.chance(2);
  const centers = !corners && draw.chance(2);
  const x = draw.tensor(shape);
  return {
    name: `resize [${shape}] to [${to}] ${corners} ${centers}`,
    compute: () => [
      tf.image.resizeBilinear(x() as tf.Tensor4D, to, corners, centers),
      tf.image.resizeNearestNeighbor(x() as tf.Tensor4D, to, corners, centers),
    ],
  };
}

// ---- Gradients -------------------------------------------------------------------------------------------------------
const SMOOTH = ['abs', 'elu', 'erf', 'expm1', 'leakyRelu', 'log1p', 'neg', 'relu', 'relu6', 'selu', 'sigmoid', 'sin'];
const SMOOTH_BINARY = ['add', 'sub', 'mul', 'maximum', 'minimum', 'squaredDifference'];

function gradients(draw: Draw): FuzzCase {
  const whole = draw.shape(draw.integer(0, 4), 1);
  const other = draw.stretching(whole);
  const [name, both] = [draw.one(SMOOTH), draw.one(SMOOTH_BINARY)];
  const axes = draw.axes(whole.length);
  const [a, b, dy] = [whole, other, whole].map((shape) => draw.tensor(shape, 'float32', false));
  const f = (x: tf.Tensor, y: tf.Tensor): tf.Tensor => {
    const z = BINARY[both]!(UNARY[name]!(x), y);
    return tf.mul(z, tf.add(1, tf.mean(z, axes, true)));
  };
  return {
    keepsIfThrown: true,
    name: `gradients of ${name}, ${both}, mean [${whole}] [${other}] over [${axes}]`,
    compute: () => tf.grads(f)([a!(), b!()], dy!()),
  };
}

function gradientsOfConvolution(draw: Draw): FuzzCase {
  const { shape, channels, kernel, strides, padding, dilations } = image(draw);
  const outputs = draw.one([1, 3, 8, 17]);
  const [x, filter] = [
    draw.tensor(shape, 'float32', false),
    draw.tensor([...kernel, channels, outputs], 'float32', false),
  ];
  const f = (y: tf.Tensor, w: tf.Tensor): tf.Tensor => {
    const z = tf.conv2d(y as tf.Tensor4D, w as tf.Tensor4D, strides, padding as number);
    return tf.sum(tf.mul(z, tf.sigmoid(z)));
  };
  return {
    keepsIfThrown: true,
    name: `gradients of conv2d [${shape}] by [${kernel}] to ${outputs}, ${JSON.stringify([strides, padding])}`,
    compute: () => (dilations ? f(x(), filter()) : tf.grads(f)([x(), filter()])),
  };
}
