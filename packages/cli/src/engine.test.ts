import type { BackendDescription } from '@genai/backend';
import { afterEach, expect, test, vi } from 'vitest';
import { engineLabel, nativeHint } from './engine.js';

const described = (facts: Partial<BackendDescription>): BackendDescription => facts as BackendDescription;

afterEach(() => {
  vi.unstubAllEnvs();
});

test('known answers: what an engine is called', () => {
  expect(engineLabel(described({ name: 'cpu', device: 'cpu' }))).toBe('cpu');
  expect(engineLabel(described({ name: 'wasm', device: 'WebAssembly SIMD' }))).toBe('wasm (WebAssembly SIMD)');
  expect(engineLabel(described({ name: 'simd', device: 'native AVX-512', threads: 1 }))).toBe(
    'simd (native AVX-512, 1 thread)',
  );
});

test('native kernels are suggested only where simd computes without them and they are not turned off', async () => {
  expect(await nativeHint(described({ name: 'wasm', device: 'WebAssembly SIMD' }))).toBeUndefined();
  expect(await nativeHint(described({ name: 'simd', native: true }))).toBeUndefined();
  vi.stubEnv('GENAI_NATIVE', 'off');
  expect(await nativeHint(described({ name: 'simd', native: false }))).toBeUndefined();
});

test.skipIf(process.platform === 'win32')('the hint says what is missing', async () => {
  vi.stubEnv('GENAI_NATIVE', '/no/such/library.so');
  expect(await nativeHint(described({ name: 'simd', native: false }))).toMatch(
    /^native kernels are not used: \/no\/such\/library\.so: /,
  );
  vi.stubEnv('GENAI_NATIVE', 'on');
  vi.stubEnv('GENAI_CACHE', '/no/such/cache');
  vi.stubEnv('CC', '');
  vi.stubEnv('PATH', '/no/such/path');
  expect(await nativeHint(described({ name: 'simd', native: false }))).toMatch(
    /install a C compiler, then genai native build$/,
  );
});
