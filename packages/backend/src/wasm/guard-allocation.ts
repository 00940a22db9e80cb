import type { WasmBackend } from './wasm-backend.js';

const GUARDED: symbol = /* @__PURE__ */ Symbol.for('genai.guarded');

/**
 * Makes a full heap an error. The stock engine never looks at what its allocator returns: once memory is out, tensors
 * share address 0 and training goes on with garbage.
 */
export function guardAllocation({ wasm }: WasmBackend): void {
  if (GUARDED in wasm) return;
  const allocate = wasm._malloc;
  wasm._malloc = (bytes) => {
    const address = allocate(bytes);
    if (address === 0 && bytes > 0) {
      throw new Error(
        `the wasm engine is out of memory: it could not allocate ${(bytes / 2 ** 20).toFixed(1)} MB. Use smaller batches or free tensors.`,
      );
    }
    return address;
  };
  Object.defineProperty(wasm, GUARDED, { value: true });
}
