import { trainIn, type WorkerRun } from '@genai/train';
import type { job } from '../../../lab/home.worker.js';
import { wasmFiles } from '../lab/wasm-files.js';

/** The worker of the home page at work, with the digits that it learns from. */
export async function liveRun(seed: number, steps: number): Promise<WorkerRun<typeof job>> {
  const { data } = await import('./digits.data.js');
  const bits = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const worker = (): Worker => new Worker(new URL('../../../lab/home.worker.ts', import.meta.url), { type: 'module' });
  return trainIn<typeof job>(worker, { input: { seed, steps, bits, wasm: wasmFiles() }, window: 1 });
}
