import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { EngineKernel } from '../kernels/engine-kernel.js';

/** A shader of ours and how it is run, as far as we use the engine's type of that name. */
export type WebgpuProgram = {
  readonly shaderKey: string;
  readonly variableNames: readonly string[];
  readonly variableComponents: readonly number[];
  readonly outputShape: number[];
  readonly outputComponent: number;
  readonly dispatchLayout: { readonly x: number[] };
  readonly dispatch: readonly [number, 1, 1];
  readonly workgroupSize: readonly [number, 1, 1];
  readonly getUserCode: () => string;
};

/** What our kernels use of the class `WebGPUBackend`. */
export type WebgpuBackend = {
  readonly disposeData: (dataId: object) => boolean;
  readonly device: { readonly limits: { readonly maxStorageBuffersPerShaderStage: number } };
  readonly runWebGPUProgram: (program: WebgpuProgram, inputs: readonly TensorInfo[], dtype: 'float32') => TensorInfo;
};

export type WebgpuKernel = EngineKernel<WebgpuBackend>;
