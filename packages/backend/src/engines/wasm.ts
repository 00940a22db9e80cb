import { env, findBackend } from '@tensorflow/tfjs-core';
import { registerKernels } from '../kernels/engine-kernel.js';
import { isRunning } from '../start-backend.js';
import { guardAllocation } from '../wasm/guard-allocation.js';
import type { WasmBackend } from '../wasm/wasm-backend.js';
import { wasmFiles } from '../wasm/wasm-files.js';
import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';

type WasmModule = typeof import('@tensorflow/tfjs-backend-wasm');

let module: WasmModule | undefined;

/** WebAssembly (XNNPACK), everywhere; one thread. Its missing training kernels are supplied here. */
export const wasm: Engine = {
  name: 'wasm',
  registeredAs: 'wasm',
  async load({ wasmPaths }) {
    if (typeof WebAssembly === 'undefined') throw new Error('no WebAssembly here');
    try {
      module = await import('@tensorflow/tfjs-backend-wasm');
    } catch (error) {
      throw importFailure('@tensorflow/tfjs-backend-wasm', error);
    }
    const { WASM_KERNELS } = await import('../wasm/wasm-kernels.js'); // whoever takes another engine does without
    registerKernels('wasm', WASM_KERNELS);
    if (isRunning('wasm')) return; // too late for paths, and no need
    // Its threads never start in Node, hang for ever in minified bundles, and do not help training where they run.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    // What cannot be fetched must not reach the engine: a failed start leaves it unable to take other paths.
    const files = await wasmFiles(wasmPaths);
    if (files) module.setWasmPaths(files);
  },
  activated: () => guardAllocation(findBackend('wasm') as unknown as WasmBackend),
  facts: () => ({
    ...(module && { version: module.version_wasm }),
    threads: 1,
    device: env().getBool('WASM_HAS_SIMD_SUPPORT') ? 'WebAssembly SIMD' : 'WebAssembly',
    notes: ['No complex numbers (fft, rfft).'],
  }),
};
