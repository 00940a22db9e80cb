import { type BackendDescription, type BackendName, useBackend } from '@genai/backend';
import { suggest } from './nearest.js';
import { UsageError } from './usage-error.js';

/** The engines, in the order in which 'auto' tries them. */
export const ENGINES: readonly BackendName[] = ['webgpu', 'webgl', 'simd', 'wasm', 'node', 'cpu'];

/**
 * Starts the engine called `name`.
 *
 * @throws UsageError for a name that is none; BackendUnavailableError if that engine does not work here.
 */
export async function startEngine(name: string): Promise<BackendDescription> {
  const names: readonly string[] = ['auto', ...ENGINES];
  if (!names.includes(name)) throw new UsageError(`unknown engine "${name}". ${suggest(name, names)}`);
  return useBackend(name as BackendName | 'auto');
}

/** `wasm (WebAssembly SIMD)`. */
export function engineLabel({ name, device }: BackendDescription): string {
  return name === device ? name : `${name} (${device})`;
}
