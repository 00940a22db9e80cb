import '@tensorflow/tfjs-backend-cpu';
import { engine, findBackend, removeBackend, setBackend, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { registerSimd } from '../src/register-simd.js';
import type { SimdBackend } from '../src/simd-backend.js';
import type { SimdOptions } from '../src/simd-options.js';

/** Starts our engine afresh with these options and makes it current. Call `stopSimd` when done. */
export async function startSimd(options: SimdOptions = {}): Promise<SimdBackend> {
  stopSimd();
  await registerSimd(options);
  await setBackend('simd');
  return findBackend('simd') as unknown as SimdBackend;
}

/** Ends the engine and its threads; the cpu engine is current again. */
export function stopSimd(): void {
  void setBackend('cpu');
  if ('simd' in engine().registryFactory) removeBackend('simd');
}

/**
 * Expects `compute`, which makes its own inputs, to give on our engine what it gives on the cpu engine: the same shape
 * and dtype, and every number within `tolerance`, relative to the larger of the two and of `floor`.
 */
export async function expectAsOnCpu(
  compute: () => Tensor | Tensor[],
  { tolerance = 1e-5, floor = 1e-3 }: { readonly tolerance?: number; readonly floor?: number } = {},
): Promise<void> {
  const run = async (name: string): Promise<Ran[]> => {
    await setBackend(name);
    return tidy(
      () => [compute()].flat().map((t) => ({ shape: t.shape, dtype: t.dtype, values: [...t.dataSync()] })) as never,
    );
  };
  const cpu = await run('cpu');
  const simd = await run('simd');
  expect(simd.map(({ shape, dtype }) => ({ shape, dtype }))).toEqual(cpu.map(({ shape, dtype }) => ({ shape, dtype })));
  for (const [i, { values }] of cpu.entries()) {
    values.forEach((x, j) => {
      const y = simd[i]!.values[j]!;
      if (Object.is(x, y) || x === y) return;
      const error = Math.abs(x - y) / Math.max(Math.abs(x), Math.abs(y), floor);
      if (!(error <= tolerance)) expect.fail(`output ${i}, number ${j}: cpu ${x}, simd ${y}, relative error ${error}`);
    });
  }
}

type Ran = { readonly shape: number[]; readonly dtype: string; readonly values: readonly number[] };
