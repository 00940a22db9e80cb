import '@tensorflow/tfjs-backend-cpu';
import {
  findBackendFactory,
  getKernel,
  getKernelsForBackend,
  type KernelConfig,
  registerBackend,
  registerKernel,
  type TensorInfo,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { inNode } from './in-node.js';
import { SIMD_KERNELS } from './kernels/all.js';
import { SimdBackend } from './simd-backend.js';
import type { SimdDescription } from './simd-description.js';
import type { SimdCall, SimdKernel } from './simd-kernel.js';
import type { SimdOptions } from './simd-options.js';
import { startMachine } from './start-machine.js';

/**
 * Starts the engine and registers it with TensorFlow.js as the backend `simd`, with all its kernels.
 *
 * `useBackend('simd')` of `@genai/backend` calls it; it does not choose the backend. While the engine stands registered,
 * another call starts nothing and tells what computes: `removeBackend('simd')` of TensorFlow.js ends it first.
 *
 * @returns what computes.
 * @throws GenaiError if an option is out of range, or WebAssembly cannot run here as the options ask.
 */
export function registerSimd(options: SimdOptions = {}): Promise<SimdDescription> {
  const turn = last.then(() => findRunning() ?? start(options));
  last = turn.catch(() => undefined); // the caller hears of it
  return turn;
}

/** Engines start one after another. */
let last: Promise<unknown> = Promise.resolve();

/** What computes on the engine that stands registered. */
function findRunning(): SimdDescription | undefined {
  const factory = findBackendFactory('simd');
  return factory && descriptions.get(factory);
}

const descriptions = /* @__PURE__ */ new WeakMap<object, SimdDescription>();

async function start(options: SimdOptions): Promise<SimdDescription> {
  const { machine, description } = await startMachine(options, await machineThreads());
  const backend = new SimdBackend(machine);
  const factory = (): SimdBackend => backend;
  descriptions.set(factory, description);
  registerBackend('simd', factory, 4);
  const borrowed = new Map(getKernelsForBackend('cpu').map((config) => [config.kernelName, config]));
  const ours = new Map(SIMD_KERNELS.map((kernel) => [kernel.name, kernel]));
  for (const name of new Set([...borrowed.keys(), ...ours.keys()])) {
    if (getKernel(name, 'simd')) unregisterKernel(name, 'simd'); // of an engine that was removed
    registerKernel(kernelConfig(name, ours.get(name), borrowed.get(name)));
  }
  return description;
}

function kernelConfig(name: string, kernel: SimdKernel | undefined, borrowed: KernelConfig | undefined): KernelConfig {
  return {
    ...borrowed,
    kernelName: name,
    backendName: 'simd',
    kernelFunc: (params) => {
      const call = params as unknown as SimdCall;
      const made = kernel && call.backend.run(kernel, call);
      if (made !== undefined) return made;
      if (!borrowed) throw new Error(`simd: kernel ${name} has no case for these inputs.`);
      const lent = call.backend.borrow(() => borrowed.kernelFunc(params) as TensorInfo | TensorInfo[]);
      call.backend.recorder?.called(name, borrowed.kernelFunc, call, lent);
      return lent;
    },
  };
}

async function machineThreads(): Promise<number> {
  if (!inNode()) return globalThis.navigator?.hardwareConcurrency ?? 1;
  const os = (await import(/* @vite-ignore */ `node:${'os'}`)) as typeof import('node:os');
  return os.availableParallelism();
}
