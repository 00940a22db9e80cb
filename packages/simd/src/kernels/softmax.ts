import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { SimdCall, SimdKernel } from '../simd-kernel.js';

/** Softmax and its logarithm over the last axis. */
export const SOFTMAX_KERNELS: readonly SimdKernel[] = [
  { name: 'Softmax', run: (call) => overRows(call, 'softmax', call.attrs.dim as number) },
  { name: 'LogSoftmax', run: (call) => overRows(call, 'log_softmax', call.attrs.axis as number) },
];

function overRows({ inputs, backend }: SimdCall, op: string, axis: number): TensorInfo | undefined {
  const x = inputs.logits!;
  const rank = x.shape.length;
  if (x.dtype !== 'float32' || rank === 0 || (axis !== -1 && axis !== rank - 1)) return undefined;
  const out = backend.output(x.shape, 'float32');
  const columns = x.shape[rank - 1]!;
  backend.launch(op, [out], [x], [util.sizeFromShape(x.shape.slice(0, -1)), columns]);
  return out;
}
