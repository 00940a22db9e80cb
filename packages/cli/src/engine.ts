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

/** `simd (native AVX-512, 2 threads)`. */
export function engineLabel({ name, device, threads }: BackendDescription): string {
  const facts = [
    ...(name === device ? [] : [device]),
    ...(threads === undefined ? [] : [`${threads} thread${threads === 1 ? '' : 's'}`]),
  ];
  return facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
}

/** One line on what would let the engine `simd` compute with the processor's own instructions; undefined where it does, or must not. */
export async function nativeHint({ name, native }: BackendDescription): Promise<string | undefined> {
  if (name !== 'simd' || native !== false || process.platform === 'win32') return undefined;
  const { nativeStatus } = await import('@genai/simd/node');
  const { off, koffi, refused, compiler } = await nativeStatus();
  if (off) return undefined;
  const [first] = refused;
  if (first?.origin === 'GENAI_NATIVE') return `native kernels are not used: ${first.path}: ${first.reason}`;
  const steps = [
    ...(koffi.works ? [] : ['npm install koffi']),
    ...(compiler === undefined ? ['install a C compiler'] : []),
    'genai native build',
  ];
  return `faster with kernels compiled for this processor: ${steps.join(', then ')}`;
}
