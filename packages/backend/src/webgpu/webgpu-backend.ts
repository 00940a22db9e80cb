import type { TensorInfo } from '@tensorflow/tfjs-core';

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

/** A shader as the engine takes it: bound are the output and `variableNames`. */
export type WebgpuProgram = {
  readonly variableNames: readonly string[];
  readonly outputShape: readonly number[];
  readonly workgroupSize: readonly [number, number, number];
  readonly dispatchLayout: { readonly x: readonly number[] };
  readonly dispatch: readonly [number, number, number];
  readonly uniforms?: string;
  readonly size: true;
  /** What tells shaders apart, beside ranks and dtypes. */
  readonly shaderKey: string;
  readonly getUserCode: () => string;
};
