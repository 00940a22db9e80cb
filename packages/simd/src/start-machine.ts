import { expectIntegers, GenaiError } from '@genai/core';
import manifest from '../package.json' with { type: 'json' };
import { inNode } from './in-node.js';
import { Machine } from './machine.js';
import type { FoundNative } from './native/use-native.js';
import type { SimdDescription } from './simd-description.js';
import type { SimdOptions, Variant } from './simd-options.js';

/** A machine, and what computes on it. */
export type StartedMachine = { readonly machine: Machine; readonly description: SimdDescription };

/**
 * Starts a machine on the best kernels there are here: native ones in Node where a library is found, else WebAssembly.
 *
 * @throws GenaiError if an option is out of range, or WebAssembly cannot run here as the options ask.
 */
export async function startMachine(options: SimdOptions, machineThreads: number): Promise<StartedMachine> {
  expectOptions(options);
  const { version } = manifest;
  const { attach, notes } = await findNative(options);
  const threads = Math.max(1, Math.min(MOST_THREADS, options.threads ?? machineThreads));
  if (attach) {
    // Its threads are its own: workers beside them would only spin.
    const machine = await Machine.start({ ...options, threads: 1 }, 1);
    const attached = attach(machine, threads);
    if (attached) return { machine, description: { version, native: true, ...attached } };
    machine.stop();
  }
  const machine = await Machine.start(options, machineThreads);
  const description = {
    version,
    device: DEVICES[machine.variant],
    threads: machine.threads,
    native: false,
    notes: [...notes, ...(machine.shared || inNode() ? [] : [NOT_ISOLATED])],
  };
  return { machine, description };
}

const MOST_THREADS = 64;
const DEVICES: Readonly<Record<Variant, string>> = {
  relaxed: 'WebAssembly relaxed SIMD',
  simd: 'WebAssembly SIMD',
  scalar: 'WebAssembly',
};
const NOT_ISOLATED =
  'One thread: this page is not cross-origin isolated (headers Cross-Origin-Opener-Policy: same-origin and ' +
  'Cross-Origin-Embedder-Policy: require-corp).';

function expectOptions({ threads, variant }: SimdOptions): void {
  if (threads !== undefined) expectIntegers('simd', { threads });
  if (variant !== undefined && !Object.hasOwn(DEVICES, variant)) {
    const known = Object.keys(DEVICES).join(', ');
    throw new GenaiError(`simd: variant must be one of ${known}, got ${JSON.stringify(variant)}.`);
  }
}

async function findNative(options: SimdOptions): Promise<FoundNative> {
  // Who names a build of the WebAssembly kernels wants that one.
  if (!inNode() || options.native === false || options.variant !== undefined) return { notes: [] };
  const name = '@genai/simd/node'; // a variable: bundlers for browsers must not follow it
  try {
    const node = (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as typeof import('./node.js');
    return await node.findNative();
  } catch (error) {
    return { notes: [`Native kernels cannot be looked for: ${(error as Error).message}`] };
  }
}
