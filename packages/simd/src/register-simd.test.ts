import { add, matMul, memory, softmax, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { expectAsOnCpu, startSimd, stopSimd } from '../test/with-simd.js';

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
