import { registerKernels } from '../kernels/engine-kernel.js';
import { isNode } from '../node-builtin.js';
import type { Engine } from './engine.js';
import { importFailure } from './import-failure.js';
import { isSoftware } from './is-software.js';

let adapter: { readonly device: string; readonly software: boolean } | undefined;

/** The graphics card through WebGPU: in browsers, and in Node through npm `webgpu` (Dawn). */
export const webgpu: Engine = {
  name: 'webgpu',
  registeredAs: 'webgpu',
  async passedOver({ software }) {
    const gpu = navigatorGpu();
    if (!gpu) return isNode() ? "in Node only when asked for: useBackend('webgpu')" : NO_WEBGPU;
    const found = await probe(gpu);
    if (!found) return NO_ADAPTER;
    if (found.software && !software) {
      return `the GPU is emulated by the processor (${found.device}); wasm is faster. Pass { software: true } to take it`;
    }
    return undefined;
  },
  async load() {
    const dawn = navigatorGpu() || !isNode() ? undefined : await importDawn();
    const gpu = navigatorGpu() ?? dawn?.gpu;
    if (!gpu) throw new Error(NO_WEBGPU);
    adapter = await probe(gpu);
    if (!adapter) throw new Error(dawn ? NO_DRIVER : NO_ADAPTER);
    dawn?.install(); // the engine's module looks for navigator.gpu when it is imported
    try {
      await import('@tensorflow/tfjs-backend-webgpu');
    } catch (error) {
      throw importFailure('@tensorflow/tfjs-backend-webgpu', error);
    }
    const { WEBGPU_KERNELS } = await import('../webgpu/webgpu-kernels.js'); // whoever takes another engine does without
    registerKernels('webgpu', WEBGPU_KERNELS);
  },
  facts: () => ({
    ...adapter,
    notes: isNode() ? ['In Node read tensors with data(): dataSync() does not work on this engine.'] : [],
  }),
};

const NO_WEBGPU = 'no WebGPU here (navigator.gpu is missing; browsers give it to secure pages only)';
const NO_ADAPTER = 'there is WebGPU here but no GPU adapter';
const NO_DRIVER =
  'Dawn found no GPU adapter: it needs a Vulkan, Metal or Direct3D 12 driver (on Linux libvulkan1; VK_ICD_FILENAMES names the driver)';

/** The little of WebGPU that is asked before the engine is imported. */
type Gpu = { requestAdapter(options?: object): Promise<GpuAdapter | null> };
type GpuInfo = {
  readonly vendor?: string;
  readonly architecture?: string;
  readonly device?: string;
  readonly description?: string;
  readonly isFallbackAdapter?: boolean;
};
type GpuAdapter = { readonly info?: GpuInfo; readonly isFallbackAdapter?: boolean };

function navigatorGpu(): Gpu | undefined {
  return (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu ?? undefined;
}

async function probe(gpu: Gpu): Promise<{ readonly device: string; readonly software: boolean } | undefined> {
  const found = await gpu.requestAdapter({ powerPreference: 'high-performance' }).catch(() => null);
  if (!found) return undefined;
  const { info } = found;
  const words = [info?.vendor, info?.architecture, info?.device, info?.description].filter(Boolean);
  const device = [...new Set(words)].join(' ') || 'unnamed adapter';
  const fallback = info?.isFallbackAdapter ?? found.isFallbackAdapter ?? false;
  return { device, software: fallback || isSoftware(device) };
}

/** WebGPU for Node; `install` gives Node the globals that browsers have. */
async function importDawn(): Promise<{ readonly gpu: Gpu; readonly install: () => void }> {
  const name = 'webgpu'; // a variable: bundlers for browsers must not follow it
  let dawn: { readonly create: (flags: string[]) => Gpu; readonly globals: object };
  try {
    dawn = await import(/* @vite-ignore */ /* webpackIgnore: true */ name);
  } catch (error) {
    throw importFailure('webgpu', error, 'npm install webgpu @tensorflow/tfjs-backend-webgpu');
  }
  const gpu = dawn.create([]);
  const install = (): void => {
    Object.assign(globalThis, dawn.globals);
    const host = globalThis as { navigator?: object };
    if (!host.navigator) Object.defineProperty(host, 'navigator', { value: {}, configurable: true, writable: true });
    Object.defineProperty(host.navigator, 'gpu', { value: gpu, configurable: true, enumerable: true });
  };
  return { gpu, install };
}
