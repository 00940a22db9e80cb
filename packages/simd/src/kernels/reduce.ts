import { backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { reducePlan } from './reduce-plan.js';

/** The functions of `op_reduce` by their codes in kernels/reduce.c; of `op_reduce_truth` for All and Any. */
const CODES: Readonly<Record<string, number>> = { Sum: 0, Mean: 0, Max: 1, Min: 2, Prod: 3, Any: 0, All: 1 };

/** Many numbers to one along axes, where the greatest stands, and running sums. */
export const REDUCE_KERNELS: readonly SimdKernel[] = [
  ...Object.keys(CODES).map((name): SimdKernel => ({ name, run: (call) => reduce(call, name) })),
  { name: 'ArgMax', run: (call) => arg(call, 0) },
  { name: 'ArgMin', run: (call) => arg(call, 1) },
  { name: 'Cumsum', run: (call) => running(call, 0) },
  { name: 'Cumprod', run: (call) => running(call, 1) },
];

function reduce({ inputs, attrs, backend }: SimdCall, name: string): TensorInfo | undefined {
  const x = inputs.x!;
  const truths = name === 'All' || name === 'Any';
  if (truths ? x.dtype !== 'bool' : !takes(name, x.dtype)) return undefined;
  const axis = attrs[name === 'Max' ? 'reductionIndices' : 'axis'] as number | number[];
  const axes = util.parseAxisParam(axis, x.shape);
  const [kept, reduced] = backend_util.computeOutAndReduceShapes(x.shape, axes);
  const shape = attrs.keepDims === true ? backend_util.expandShapeToKeepDim(kept, axes) : kept;
  const terms = util.sizeFromShape(reduced);
  if (terms === 0 && name !== 'Sum' && name !== 'Prod') return undefined;

  const dtype = name === 'Mean' ? 'float32' : !truths && x.dtype === 'bool' ? 'int32' : x.dtype;
  let from = x.dtype === dtype ? backend.share(x, x.shape) : converted(backend, x, dtype);
  const plan = reducePlan(x.shape, axes);
  plan.forEach(({ outer, reduced, inner }, i) => {
    const last = i === plan.length - 1;
    const to = backend.output(last ? shape : [outer, inner], dtype);
    const numbers = [CODES[name]!, outer, reduced, inner];
    if (dtype === 'bool') backend.launch('reduce_truth', [to], [from], numbers);
    else if (dtype === 'int32') backend.launch('reduce_int', [to], [from], numbers);
    else backend.launch('reduce', [to], [from], [...numbers, floatBits(last && name === 'Mean' ? terms : 1)]);
    backend.disposeIntermediateTensorInfo(from);
    from = to;
  });
  return { ...from, shape };
}

function takes(name: string, dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || (dtype === 'bool' && name !== 'Max' && name !== 'Min');
}

function converted(backend: SimdBackend, x: TensorInfo, dtype: DataType): TensorInfo {
  const out = backend.output(x.shape, dtype);
  const conversion = x.dtype === 'int32' ? INT_TO_FLOAT : dtype === 'int32' ? BOOL_TO_INT : BOOL_TO_FLOAT;
  backend.launch('convert', [out], [x], [util.sizeFromShape(x.shape), conversion]);
  return out;
}

/** Codes of `op_convert` in kernels/unary.c. */
const INT_TO_FLOAT = 1;
const BOOL_TO_INT = 4;
const BOOL_TO_FLOAT = 5;

function arg({ inputs, attrs, backend }: SimdCall, smallest: 0 | 1): TensorInfo | undefined {
  const x = inputs.x!;
  if ((x.dtype !== 'float32' && x.dtype !== 'int32') || util.sizeFromShape(x.shape) === 0) return undefined;
  const axes = util.parseAxisParam(attrs.axis as number | number[], x.shape);
  if (axes.length !== 1) return undefined;
  const { outer, length, inner } = around(x.shape, axes[0]!);
  const out = backend.output(backend_util.computeOutAndReduceShapes(x.shape, axes)[0], 'int32');
  backend.launch('arg', [out], [x], [smallest + (x.dtype === 'int32' ? 2 : 0), outer, length, inner]);
  return out;
}

function running({ inputs, attrs, backend }: SimdCall, product: 0 | 1): TensorInfo | undefined {
  const x = inputs.x!;
  if ((x.dtype !== 'float32' && x.dtype !== 'int32') || x.shape.length === 0) return undefined;
  const { outer, length, inner } = around(x.shape, util.parseAxisParam(attrs.axis as number, x.shape)[0]!);
  const out = backend.output(x.shape, x.dtype);
  const flags = [product, Number(attrs.exclusive === true), Number(attrs.reverse === true)];
  backend.launch('running', [out], [x], [outer, length, inner, ...flags, Number(x.dtype === 'int32')]);
  return out;
}

function around(shape: readonly number[], axis: number): { outer: number; length: number; inner: number } {
  return {
    outer: util.sizeFromShape(shape.slice(0, axis)),
    length: shape[axis]!,
    inner: util.sizeFromShape(shape.slice(axis + 1)),
  };
}
