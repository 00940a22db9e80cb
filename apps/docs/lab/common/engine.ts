/** The engines that a laboratory offers, and how its worker takes one. */
import { type BackendDescription, useBackend } from '@genai/backend';

export type Engine = 'auto' | 'webgpu' | 'webgl' | 'simd' | 'wasm' | 'cpu';

/** Where the files of the WASM engine are served. */
export type WasmFiles = { readonly [file: string]: string };

/** An engine in the words that the page shows. */
export interface EngineInfo {
  readonly name: string;
  readonly device: string;
}

/** Makes `engine` the current one; a run that is under way takes its state along with its next move. */
export async function takeEngine(engine: Engine, wasmPaths: WasmFiles): Promise<EngineInfo> {
  return infoOf(await useBackend(engine, { wasmPaths }));
}

function infoOf({ name, device, threads }: BackendDescription): EngineInfo {
  const counted = threads === undefined ? '' : `, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return { name, device: `${device}${counted}` };
}
