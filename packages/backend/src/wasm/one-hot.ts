import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './wasm-backend.js';

/** One-hot rows with any two values; the stock kernel cuts them down to integers (0.9 to 0). */
export const oneHot: WasmKernel = {
  name: 'OneHot',
  run({ inputs, attrs, backend }): TensorInfo {
    const { indices } = inputs as { indices: TensorInfo };
    const { depth, onValue, offValue, dtype } = attrs as {
      depth: number;
      onValue: number;
      offValue: number;
      dtype: 'float32' | 'int32' | 'bool';
    };
    const out = backend.makeOutput([...indices.shape, depth], dtype);
    const ids = backend.typedArrayFromHeap(indices);
    const to = backend.typedArrayFromHeap(out);
    to.fill(offValue);
    for (let i = 0; i < util.sizeFromShape(indices.shape); i++) {
      const at = ids[i]!;
      if (at >= 0 && at < depth) to[i * depth + at] = onValue;
    }
    return out;
  },
};
