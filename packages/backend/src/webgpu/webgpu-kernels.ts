import { getKernel, type TensorInfo } from '@tensorflow/tfjs-core';
import { packBfloat16, unpackBfloat16 } from './bfloat16.js';
import { dequantised, quantisedLinear } from './quantised.js';
import type { WebgpuKernel } from './webgpu-backend.js';

/**
 * cumsum. The stock kernel writes the axis' length into its reversed shader but not into the name under which it keeps
 * the shader, so that a second length gets wrong sums. Reversed sums, which every gradient of cumsum is, are computed
 * forwards here between two reversals.
 */
const cumsum: WebgpuKernel = {
  name: 'Cumsum',
  run(call) {
    const { inputs, attrs, backend, stock } = call;
    if (!attrs.reverse) return stock(call);
    const reversed = (x: TensorInfo): TensorInfo =>
      getKernel('Reverse', 'webgpu')!.kernelFunc({
        inputs: { x },
        attrs: { dims: [attrs.axis as number] },
        backend,
      }) as TensorInfo;
    const backwards = reversed(inputs.x!);
    const sums = stock({ inputs: { x: backwards }, attrs: { ...attrs, reverse: false }, backend }) as TensorInfo;
    const out = reversed(sums);
    backend.disposeData(backwards.dataId);
    backend.disposeData(sums.dataId);
    return out;
  },
};

/**
 * A sum of many tensors. The stock kernel binds them all to one shader: beyond the device's limit of storage buffers (8
 * unless raised) the shader is invalid, and what comes back is whatever the memory held. Summed in groups here.
 */
const addN: WebgpuKernel = {
  name: 'AddN',
  run({ inputs, attrs, backend, stock }) {
    const terms = Object.values(inputs);
    const group = backend.device.limits.maxStorageBuffersPerShaderStage - 1; // one is the output
    const sum = (xs: TensorInfo[]): TensorInfo =>
      stock({ inputs: xs as unknown as Record<string, TensorInfo>, attrs, backend }) as TensorInfo;
    let total = sum(terms.slice(0, group));
    for (let i = group; i < terms.length; i += group - 1) {
      const before = total;
      total = sum([before, ...terms.slice(i, i + group - 1)]);
      backend.disposeData(before.dataId);
    }
    return total;
  },
};

/** The kernels we give the webgpu engine. */
export const WEBGPU_KERNELS: readonly WebgpuKernel[] = [
  addN,
  cumsum,
  dequantised,
  packBfloat16,
  quantisedLinear,
  unpackBfloat16,
];
