import { GenaiError } from '@genai/core';
import { inNode } from './in-node.js';
import type { Variant } from './simd-options.js';

/** What the C side gives, beside its memory. */
export type KernelExports = {
  readonly run_op: (code: number, operands: number) => void;
  readonly run_list: (start: number, end: number) => void;
  readonly work: (thread: number) => void;
  readonly configure: (threads: number, mayWait: number, scratch: number) => void;
  readonly stop: () => void;
  readonly lost: (thread: number) => void;
  readonly be_patient: (waits: number) => void;
  readonly scratch_bytes: (threads: number) => number;
  readonly heap_base: () => number;
  readonly __stack_pointer: WebAssembly.Global;
};

/** Compiled kernels, not yet bound to a memory. */
export type Kernels = { readonly variant: Variant; readonly module: WebAssembly.Module };

/**
 * Compiles the best build of the kernels that this engine of JavaScript accepts.
 *
 * @throws GenaiError if the variant that was asked for does not run here, or none does.
 */
export async function loadKernels(wanted: Variant | undefined, shared: boolean): Promise<Kernels> {
  if (typeof WebAssembly === 'undefined') throw new GenaiError('simd: there is no WebAssembly here.');
  if (wanted === undefined || wanted === 'relaxed') await allowRelaxedSimd();
  for (const [variant, load] of Object.entries(BUILDS) as [Variant, (typeof BUILDS)[Variant]][]) {
    if (wanted && variant !== wanted) continue;
    const bytes = decode((await load()).WASM);
    const fitting = variant === 'scalar' || shared ? bytes : withPlainMemory(bytes);
    if (WebAssembly.validate(fitting)) return { variant, module: await WebAssembly.compile(fitting) };
  }
  throw new GenaiError(
    `simd: this engine of JavaScript does not accept ${wanted ? `the '${wanted}' build of the kernels` : 'WebAssembly'}. ` +
      'Leave `variant` out, or take another backend.',
  );
}

const BUILDS = {
  relaxed: () => import('./generated/relaxed.js'),
  simd: () => import('./generated/simd.js'),
  scalar: () => import('./generated/scalar.js'),
};

/** Node 20 has fused multiply-add behind a flag, which takes effect for whatever is compiled after it. */
async function allowRelaxedSimd(): Promise<void> {
  if (!inNode() || Number(process.versions.node.split('.')[0]) >= 22) return;
  const v8 = process.getBuiltinModule?.('node:v8') ?? (await import(/* @vite-ignore */ `node:${'v8'}`));
  v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The same module for memory that is not shared: one bit in the type of the memory it imports. */
function withPlainMemory(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  // The import reads: 3 "env" 6 "memory" kind 2 (memory), limits 3 (shared, with a maximum).
  const pattern = [3, ...ascii('env'), 6, ...ascii('memory'), 2, 3];
  const at = bytes.findIndex((_, i) => pattern.every((byte, j) => bytes[i + j] === byte));
  if (at < 0) throw new Error('the kernels do not import their memory as expected.');
  const plain = bytes.slice();
  plain[at + pattern.length - 1] = 1;
  return plain;
}

function ascii(text: string): number[] {
  return [...text].map((letter) => letter.charCodeAt(0));
}
