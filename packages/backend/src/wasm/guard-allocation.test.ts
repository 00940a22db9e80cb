import { expect, test } from 'vitest';
import { guardAllocation } from './guard-allocation.js';
import type { WasmBackend } from './wasm-backend.js';

test('errors: a full heap is an error, not address 0', () => {
  const wasm = { _malloc: (bytes: number) => (bytes > 2 ** 20 ? 0 : 64) };
  guardAllocation({ wasm } as unknown as WasmBackend);
  guardAllocation({ wasm } as unknown as WasmBackend);
  expect([wasm._malloc(10), wasm._malloc(0)]).toEqual([64, 64]);
  expect(() => wasm._malloc(3 * 2 ** 20)).toThrow('out of memory: it could not allocate 3.0 MB');
});
