import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { BackendOptions } from '../backend-options.js';
import type { Engine, EngineFacts } from './engine.js';
import { importFailure } from './import-failure.js';

/** What this package asks of @genai/simd: to register the TensorFlow.js backend 'simd' with its kernels. */
type SimdModule = {
  readonly registerSimd: (options: BackendOptions) => Promise<EngineFacts>;
  readonly fuseGradients: () => void;
};

let module: SimdModule | undefined;

let facts: EngineFacts | undefined;

/** Our own engine: threaded WebAssembly SIMD, in Node the machine's own instructions; a package of its own. */
export const simd: Engine = {
  name: 'simd',
  registeredAs: 'simd',
  async load(options) {
    if (findBackendFactory('simd')) return; // too late for options
    try {
      module = await import('@genai/simd');
    } catch (error) {
      throw importFailure('@genai/simd', error, 'npm install @genai/simd @tensorflow/tfjs-backend-cpu');
    }
    facts = await module.registerSimd(options);
  },
  activated: () => module?.fuseGradients(),
  facts: () => facts ?? { device: 'started by the application' },
};
