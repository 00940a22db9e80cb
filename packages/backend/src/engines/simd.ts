import { findBackendFactory } from '@tensorflow/tfjs-core';
import type { BackendOptions } from '../backend-options.js';
import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';

/** What this package asks of @genai/simd: to register the TensorFlow.js backend 'simd' with its kernels. */
type SimdModule = { readonly registerSimd: (options: BackendOptions) => void | Promise<void> };

/** Our own engine, multi-threaded WebAssembly SIMD; a package of its own. */
export const simd: Engine = {
  name: 'simd',
  registeredAs: 'simd',
  async load(options) {
    if (findBackendFactory('simd')) return;
    let module: SimdModule;
    try {
      // @ts-expect-error: an optional package, which need not be there to type-check this one.
      module = (await import('@genai/simd')) as SimdModule;
    } catch (error) {
      throw importFailure('@genai/simd', error, '');
    }
    await module.registerSimd(options);
  },
};
