import { GenaiError } from '@genai/core';
import {
  add,
  findBackend,
  matMul,
  memory,
  removeBackend,
  setBackend,
  softmax,
  tensor,
  tidy,
} from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../test/with-simd.js';
import { registerSimd } from './register-simd.js';
import type { SimdBackend } from './simd-backend.js';
import type { SimdOptions } from './simd-options.js';

afterEach(stopSimd);

test.for([{}, { threads: 1 }, { threads: 4 }, { shared: false }, { variant: 'simd' }, { variant: 'scalar' }] as const)(
  'laws: every set-up computes what the cpu engine computes: %o',
  async (options) => {
    const { machine } = await startSimd(options);
    if ('threads' in options) expect(machine.threads).toBe(options.threads);
    if ('shared' in options || 'variant' in options) expect(machine.variant).toBe(options.variant ?? 'relaxed');
    await expectAsOnCpu(() =>
      tidy(() => softmax(add(matMul(tensor([1, 2, 3, 4, 5, 6], [2, 3]), tensor([1, 0, -1, 2, 3, 4], [3, 2])), 1))),
    );
  },
);

test('laws: what is disposed gives its block back', async () => {
  const { machine } = await startSimd();
  const before = machine.allocator.used;
  tidy(() => {
    const x = tensor(new Float32Array(1000), [10, 100]);
    expect(machine.allocator.used).toBeGreaterThanOrEqual(before + 4000);
    return void add(x, x);
  });
  expect(machine.allocator.used).toBe(before);
  expect(memory().numTensors).toBe(0);
});

test('laws: what is read is a copy, and survives the growth of the memory', async () => {
  await startSimd({ shared: false });
  const x = tensor([1, 2, 3]);
  const read = x.dataSync();
  const large = tidy(() => add(tensor(new Float32Array(2 ** 24)), 1));
  expect([...x.dataSync()]).toEqual([1, 2, 3]);
  read[0] = 7;
  expect([...x.dataSync()]).toEqual([1, 2, 3]);
  expect(large.dataSync().at(-1)).toBe(1);
  x.dispose();
  large.dispose();
});

test('laws: another call, later or at the same time, starts nothing and tells what computes', async () => {
  const calls = await Promise.all([registerSimd({ threads: 2 }), registerSimd({ threads: 3 })]);
  const backend = findBackend('simd');
  const later = await registerSimd({ threads: 1 });
  expect(calls[1]).toBe(calls[0]);
  expect(later).toBe(calls[0]);
  expect(later.threads).toBe(2);
  expect(findBackend('simd')).toBe(backend);
});

test('laws: engines follow each other without a word, a thread or a tensor left behind', async () => {
  const words = vi.spyOn(console, 'warn');
  const machines = [];
  for (let i = 0; i < 20; i++) {
    await registerSimd({ threads: 2 });
    await setBackend('simd');
    const { machine } = findBackend('simd') as unknown as SimdBackend;
    expect(machine.threads).toBe(2);
    expect(tidy(() => add(tensor([i]), 1).dataSync()[0] as never)).toBe(i + 1);
    expect(machine.allocator.used).toBe(0);
    machines.push(machine);
    await setBackend('cpu');
    removeBackend('simd');
  }
  expect(machines.map(({ threads }) => threads)).toEqual(machines.map(() => 1));
  expect(words).not.toHaveBeenCalled();
  words.mockRestore();
});

test.each([
  [{ threads: 0 }, 'threads must be an integer of at least 1, got 0'],
  [{ threads: 1.5 }, 'threads must be an integer of at least 1, got 1.5'],
  [{ threads: Number.NaN }, 'threads must be an integer of at least 1, got NaN'],
  [{ threads: Number.POSITIVE_INFINITY }, 'threads must be an integer of at least 1, got Infinity'],
  [{ variant: 'avx' } as never, 'variant must be one of relaxed, simd, scalar, got "avx"'],
] as [SimdOptions, string][])('errors: %o', async (options, message) => {
  const starting = registerSimd(options);
  await expect(starting).rejects.toThrow(message);
  await expect(starting).rejects.toSatisfy(GenaiError.is);
  expect(findBackend('simd')).toBeFalsy();
});

test('laws: more threads than anyone needs are as many as there may be', async () => {
  expect((await registerSimd({ threads: 1e6, native: false })).threads).toBe(64);
});
