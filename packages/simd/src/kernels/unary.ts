import { type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/** The functions of `op_unary`, in the order of kernels/unary.c. */
const FUNCTIONS = [
  ...['Abs', 'Ceil', 'Cos', 'Elu', 'Erf', 'Exp', 'Expm1', 'Floor', 'LeakyRelu', 'Log', 'Log1p', 'Neg', 'Reciprocal'],
  ...[
    'Relu',
    'Relu6',
    'Round',
    'Rsqrt',
    'Selu',
    'Sigmoid',
    'Sign',
    'Sin',
    'Softplus',
    'Sqrt',
    'Square',
    'Step',
    'Tanh',
  ],
  'ClipByValue',
];

/** Those of `op_unary_int`, likewise. */
const INT_FUNCTIONS = ['Abs', 'Neg', 'Relu', 'Sign', 'Square'];

/** The names of `op_convert`, likewise. */
const CONVERSIONS = [
  ...['float32 int32', 'int32 float32', 'float32 bool', 'int32 bool', 'bool int32', 'bool float32'],
  ...['LogicalNot', 'IsNan', 'IsInf', 'IsFinite'],
];

/** One number in, one number out; changes of dtype and shape; tensors made of a value. */
export const UNARY_KERNELS: readonly SimdKernel[] = [
  ...FUNCTIONS.map((name, code): SimdKernel => ({ name, run: (call) => unary(call, name, code) })),
  testing('LogicalNot', 'bool'),
  testing('IsNan', 'float32'),
  testing('IsInf', 'float32'),
  testing('IsFinite', 'float32'),
  { name: 'Cast', run: cast },
  { name: 'Identity', run: ({ inputs: { x }, backend }) => reshape(backend, x!, x!.shape) },
  { name: 'Reshape', run: ({ inputs: { x }, attrs, backend }) => reshape(backend, x!, attrs.shape as number[]) },
  { name: 'ExpandDims', run: expandDims },
  { name: 'Fill', run: ({ attrs, backend }) => fill(backend, attrs as Filling) },
  { name: 'ZerosLike', run: ({ inputs: { x }, backend }) => fill(backend, { ...x!, value: 0 }) },
  { name: 'OnesLike', run: ({ inputs: { x }, backend }) => fill(backend, { ...x!, value: 1 }) },
  { name: 'Range', run: range },
  { name: 'LinSpace', run: linSpace },
];

type Filling = { readonly shape: readonly number[]; readonly value: number | string; readonly dtype?: DataType };

function unary({ inputs, attrs, backend }: SimdCall, name: string, code: number): TensorInfo | undefined {
  const x = inputs.x!;
  const count = util.sizeFromShape(x.shape);
  if (x.dtype === 'int32') {
    const intCode = INT_FUNCTIONS.indexOf(name);
    if (intCode < 0) return undefined;
    const out = backend.output(x.shape, 'int32');
    backend.launch('unary_int', [out], [x], [count, intCode]);
    return out;
  }
  if (x.dtype !== 'float32') return undefined;
  const clips = name === 'ClipByValue';
  const alpha = (clips ? attrs.clipValueMin : attrs?.alpha) as number | undefined;
  const beta = clips ? (attrs.clipValueMax as number) : 0;
  const out = backend.output(x.shape, 'float32');
  backend.launch('unary', [out], [x], [count, code, floatBits(alpha ?? 0), floatBits(beta)]);
  return out;
}

/** A kernel whose values are true or false, for inputs of one dtype. */
function testing(name: string, dtype: DataType): SimdKernel {
  return {
    name,
    run: ({ inputs: { x }, backend }) => (x!.dtype === dtype ? convert(backend, x!, 'bool', name) : undefined),
  };
}

function cast({ inputs, attrs, backend }: SimdCall): TensorInfo | undefined {
  const x = inputs.x!;
  const dtype = attrs.dtype as DataType;
  if (!isNumeric(x.dtype) || !isNumeric(dtype)) return undefined;
  return x.dtype === dtype ? backend.share(x, x.shape) : convert(backend, x, dtype, `${x.dtype} ${dtype}`);
}

function convert(backend: SimdBackend, x: TensorInfo, dtype: DataType, conversion: string): TensorInfo {
  const out = backend.output(x.shape, dtype);
  backend.launch('convert', [out], [x], [util.sizeFromShape(x.shape), CONVERSIONS.indexOf(conversion)]);
  return out;
}

function reshape(backend: SimdBackend, x: TensorInfo, shape: number[]): TensorInfo | undefined {
  if (!isNumeric(x.dtype)) return undefined;
  const count = util.sizeFromShape(x.shape);
  const whole = util.inferFromImplicitShape(shape, count);
  return util.sizeFromShape(whole) === count ? backend.share(x, whole) : undefined;
}

function expandDims({ inputs: { input }, attrs, backend }: SimdCall): TensorInfo | undefined {
  const shape = [...input!.shape];
  const dim = attrs.dim as number;
  if (!(-shape.length - 1 <= dim && dim <= shape.length)) return undefined;
  shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1);
  return reshape(backend, input!, shape);
}

function fill(backend: SimdBackend, { shape, value, dtype }: Filling): TensorInfo | undefined {
  const type = dtype ?? util.inferDtype(value);
  if (typeof value === 'string' || !isNumeric(type)) return undefined;
  const out = backend.output(shape, type);
  const count = util.sizeFromShape(shape as number[]);
  if (type === 'bool') backend.launch('fill_bytes', [out], [], [count, Number(value)]);
  else backend.launch('fill', [out], [], [count, type === 'float32' ? floatBits(value) : Number(value) | 0]);
  return out;
}

function range({ attrs, backend }: SimdCall): TensorInfo | undefined {
  const { start, stop, step, dtype } = attrs as { start: number; stop: number; step: number; dtype: DataType };
  if ((dtype !== 'float32' && dtype !== 'int32') || step === 0) return undefined;
  // As tfjs counts: nothing if the step leads away from `stop`, unless the step is 1 and leads down.
  const away = (start < stop && step < 0) || (stop < start && step > 1);
  const count = start === stop || away ? 0 : Math.abs(Math.ceil((stop - start) / step));
  const by = stop < start && step === 1 ? -1 : step;
  if (dtype === 'int32' && !(Number.isInteger(start) && Number.isInteger(by))) return undefined;
  const out = backend.output([count], dtype);
  if (dtype === 'int32') backend.launch('range_int', [out], [], [count, start, by]);
  else backend.launch('range', [out], [], [count, floatBits(start), floatBits(by)]);
  return out;
}

function linSpace({ attrs, backend }: SimdCall): TensorInfo {
  const { start, stop, num } = attrs as { start: number; stop: number; num: number };
  const out = backend.output([num], 'float32');
  const step = num > 1 ? (stop - start) / (num - 1) : 0;
  backend.launch('range', [out], [], [num, floatBits(start), floatBits(step)]);
  return out;
}

function isNumeric(dtype: DataType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}
