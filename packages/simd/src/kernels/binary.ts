import { backend_util, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';
import { broadcastDims } from './broadcast-dims.js';

/** The functions of `op_binary` in the order of kernels/binary.c, with the dtypes that each is done for. */
const FUNCTIONS: readonly (readonly [name: string, dtypes: readonly DataType[]])[] = [
  ['Add', ['float32', 'int32']],
  ['Sub', ['float32', 'int32']],
  ['Multiply', ['float32', 'int32']],
  ['RealDiv', ['float32']],
  ['Maximum', ['float32', 'int32']],
  ['Minimum', ['float32', 'int32']],
  ['SquaredDifference', ['float32', 'int32']],
  ['Pow', ['float32']],
  ['Mod', ['float32', 'int32']],
  ['FloorDiv', ['float32', 'int32']],
  ['Prelu', ['float32']],
  ['EluGrad', ['float32']],
  ['Equal', ['float32', 'int32', 'bool']],
  ['NotEqual', ['float32', 'int32', 'bool']],
  ['Less', ['float32', 'int32']],
  ['LessEqual', ['float32', 'int32']],
  ['Greater', ['float32', 'int32']],
  ['GreaterEqual', ['float32', 'int32']],
  ['LogicalAnd', ['bool']],
  ['LogicalOr', ['bool']],
];

const KINDS: readonly DataType[] = ['float32', 'int32', 'bool'];
const FIRST_OF_TRUTHS = FUNCTIONS.findIndex(([name]) => name === 'Equal');

/** The dimensions that `op_binary` takes. */
const MOST_DIMS = 6;

/** Two numbers in, one out, with broadcasting; sums of many tensors; choices. */
export const BINARY_KERNELS: readonly SimdKernel[] = [
  ...FUNCTIONS.map(([name, dtypes], code): SimdKernel => ({ name, run: (call) => binary(call, name, code, dtypes) })),
  { name: 'AddN', run: addN },
  { name: 'Select', run: select },
];

function binary(
  { inputs, backend }: SimdCall,
  name: string,
  code: number,
  dtypes: readonly DataType[],
): TensorInfo | undefined {
  const a = inputs[name === 'Prelu' ? 'x' : name === 'EluGrad' ? 'dy' : 'a']!;
  const b = inputs[name === 'Prelu' ? 'alpha' : name === 'EluGrad' ? 'y' : 'b']!;
  if (a.dtype !== b.dtype || !dtypes.includes(a.dtype)) return undefined;
  const same = util.arraysEqual(a.shape, b.shape);
  const shape = same ? a.shape : backend_util.assertAndGetBroadcastShape(a.shape, b.shape);
  const count = util.sizeFromShape(shape);
  const dims = same ? [[count, 1, 1]] : broadcastDims(a.shape, b.shape);
  if (dims.length > MOST_DIMS) return undefined;
  const out = backend.output(shape, code >= FIRST_OF_TRUTHS ? 'bool' : name === 'FloorDiv' ? 'int32' : a.dtype);
  if (count === 0) return out;
  backend.launch('binary', [out], [a, b], [code, KINDS.indexOf(a.dtype), dims.length, ...dims.flat()]);
  return out;
}

function addN({ inputs, backend }: SimdCall): TensorInfo | undefined {
  const tensors = Object.values(inputs);
  const [first] = tensors;
  if (tensors.some(({ dtype }) => dtype !== 'float32')) return undefined;
  if (tensors.length === 1) return backend.share(first!, first!.shape);
  const out = backend.output(first!.shape, 'float32');
  const count = util.sizeFromShape(first!.shape);
  // Four at once, then the sum and three more.
  for (let done = 0; done < tensors.length; ) {
    const terms = done === 0 ? tensors.slice(0, 4) : [out, ...tensors.slice(done, done + 3)];
    const reads = [0, 1, 2, 3].map((i) => terms[i] ?? 0);
    backend.launch('add_n', [out], reads, [count, terms.length]);
    done += done === 0 ? terms.length : terms.length - 1;
  }
  return out;
}

function select({ inputs, backend }: SimdCall): TensorInfo | undefined {
  const { condition, t, e } = inputs as Record<'condition' | 't' | 'e', TensorInfo>;
  const known = t.dtype === 'float32' || t.dtype === 'int32' || t.dtype === 'bool';
  if (!known || t.dtype !== e.dtype || condition.dtype !== 'bool' || !util.arraysEqual(t.shape, e.shape))
    return undefined;
  const conditions = util.sizeFromShape(condition.shape);
  const count = util.sizeFromShape(t.shape);
  const byRows = condition.shape.length === 1 && condition.shape[0] === t.shape[0];
  if (!byRows && conditions !== count) return undefined;
  const out = backend.output(t.shape, t.dtype);
  if (count === 0) return out;
  const bytes = t.dtype === 'bool' ? 1 : 4;
  backend.launch('select', [out], [condition, t, e], [conditions, count / conditions, bytes]);
  return out;
}
