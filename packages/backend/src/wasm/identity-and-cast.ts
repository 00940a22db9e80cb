import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmKernel } from './wasm-backend.js';

/** A second reference to the same numbers, as the cpu engine does it; the stock kernel copies them. */
export const identity: WasmKernel = {
  name: 'Identity',
  run(call) {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype === 'string') return call.stock(call);
    call.backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};

/** Casts; the stock kernel keeps the lowest byte for 'bool' (0.5 and 256 are false there) instead of "is not zero". */
export const cast: WasmKernel = {
  name: 'Cast',
  run(call) {
    const { inputs, attrs, backend, stock } = call;
    const { x } = inputs as { x: TensorInfo };
    if (x.dtype === attrs.dtype) return identity.run(call);
    if (attrs.dtype !== 'bool' || x.dtype === 'string') return stock(call);
    const out = backend.makeOutput(x.shape, 'bool');
    const from = backend.typedArrayFromHeap(x);
    const to = backend.typedArrayFromHeap(out);
    for (let i = 0; i < to.length; i++) to[i] = from[i] === 0 ? 0 : 1;
    return out;
  },
};
