import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { EngineKernel } from '../kernels/engine-kernel.js';

/** A shader of ours and how it is run, as far as we use the engine's type of that name: bound are the output and `variableNames`. */
export type WebgpuProgram = {
  /** What tells shaders apart, beside ranks and dtypes. */
  readonly shaderKey: string;
  readonly variableNames: readonly string[];
  /** How many numbers of each are read at once; one unless given. */
  readonly variableComponents?: readonly number[];
  readonly outputShape: readonly number[];
  readonly outputComponent?: number;
  readonly dispatchLayout: { readonly x: readonly number[] };
  readonly dispatch: readonly [number, number, number];
  readonly workgroupSize: readonly [number, number, number];
  /** Fields of `uniforms` beside the shapes. */
  readonly uniforms?: string;
  /** Whether `uniforms.size` is wanted. */
  readonly size?: true;
  readonly getUserCode: () => string;
};

/** The webgpu engine, as far as our kernels use it. */
export type WebgpuBackend = {
  readonly disposeData: (dataId: object) => boolean;
  readonly device: { readonly limits: { readonly maxStorageBuffersPerShaderStage: number } };
  readonly runWebGPUProgram: (
    program: WebgpuProgram,
    inputs: readonly TensorInfo[],
    dtype: 'float32' | 'int32',
    uniforms?: readonly { readonly type: 'int32'; readonly data: readonly number[] }[],
  ) => TensorInfo;
};

export type WebgpuKernel = EngineKernel<WebgpuBackend>;
