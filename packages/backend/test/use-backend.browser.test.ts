import { getBackend, matMul, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, test } from 'vitest';
import { BackendUnavailableError } from '../src/backend-unavailable-error.js';
import { useBackend } from '../src/use-backend.js';

afterAll(async () => void (await setBackend('cpu')));

// In this order: an engine that runs asks for no files any more.
describe('wasm', () => {
  test('errors: files that are not there are named, the engine in use stays', async () => {
    await useBackend('cpu');
    const error = await useBackend('wasm', { wasmPaths: '/nowhere/' }).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(BackendUnavailableError);
    expect((error as Error).message).toMatch(
      /wasm: http.*\/nowhere\/tfjs-backend-wasm-simd\.wasm (answers 404|is not WebAssembly)\. Serve the \.wasm files/,
    );
    expect(getBackend()).toBe('cpu');
  });

  test('known answers: a later call finds them without being told', async () => {
    expect(await useBackend('wasm')).toMatchObject({ name: 'wasm', device: 'WebAssembly SIMD', trainable: true });
  });
});

describe("'auto'", () => {
  test('passes over GPUs that the processor emulates', async () => {
    const { name, passedOver } = await useBackend('auto');
    expect(name).toBe('simd');
    expect(passedOver.slice(0, 2).map((one) => one.name)).toEqual(['webgpu', 'webgl']);
    for (const { reason } of passedOver.slice(0, 2)) expect(reason).toContain('emulated by the processor');
  });

  test('takes one when told to', async () => {
    expect(await useBackend('auto', { software: true })).toMatchObject({ name: 'webgpu', software: true });
  });
});

test('laws: tensors go from engine to engine', async () => {
  await useBackend('webgl');
  let x = tensor2d([1, 1, 0, 1], [2, 2]);
  for (const name of ['wasm', 'webgl', 'cpu', 'wasm'] as const) {
    await useBackend(name);
    const next = tidy(() => matMul(x, x)); // x lives on the engine before
    x.dispose();
    x = next as typeof x;
  }
  expect(Array.from(await x.data())).toEqual([1, 16, 0, 1]);
  x.dispose();
});
