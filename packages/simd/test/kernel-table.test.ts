// Writes and checks KERNELS.md: `vitest run test/kernel-table.test.ts -u` writes it anew.

import { key } from '@genai/core';
import { getKernelsForBackend } from '@tensorflow/tfjs-core';
import { afterAll, expect, test, vi } from 'vitest';
// @boundaries-ignore the gradients that an application gets
import { repairGradients } from '../../backend/src/repair-gradients.js';
import { SIMD_KERNELS } from '../src/kernels/all.js';
import type { SimdKernel } from '../src/simd-kernel.js';
import { fuzz } from './fuzz.js';
import { startSimd, stopSimd } from './with-simd.js';

afterAll(stopSimd);

test('laws: KERNELS.md says which kernels are ours, and which of them left a random case to a borrowed one', async () => {
  const left = new Set<string>();
  for (const kernel of SIMD_KERNELS) {
    const { run } = kernel;
    vi.spyOn(kernel as { run: SimdKernel['run'] }, 'run').mockImplementation((call) => {
      const made = run(call);
      if (made === undefined) left.add(kernel.name);
      return made;
    });
  }
  const backend = await startSimd({ threads: 1 });
  repairGradients();
  await fuzz(backend, key(4), (cases) => cases === 600);
  vi.restoreAllMocks();

  const borrowed = getKernelsForBackend('cpu').map(({ kernelName }) => kernelName);
  const ours = SIMD_KERNELS.map(({ name }) => name);
  expect(new Set(ours).size).toBe(ours.length);
  const by = (name: string): string => {
    if (!ours.includes(name)) return 'borrowed';
    if (!borrowed.includes(name)) return 'ours, a fused op of our packages';
    return left.has(name) ? 'ours, borrowed for some inputs' : 'ours';
  };
  const rows = [...new Set([...borrowed, ...ours])].sort().map((name) => [name, by(name)]);
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]!.length)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`;
  const both = borrowed.filter((name) => ours.includes(name)).length;
  const text = [
    '# Kernels',
    '',
    `Of the ${borrowed.length} kernels of TensorFlow.js' cpu engine ${both} are computed by ours, the others are borrowed from it and work on the same`,
    `memory. ${ours.length - both} more are ours alone. Some inputs of a kernel of ours may be left to the borrowed one, most often those of a dtype`,
    'that training does not use; the table tells where random cases met such inputs. Strings and complex numbers are always borrowed.',
    '',
    line(['Kernel', 'Computed by']),
    line(widths.map((width) => '-'.repeat(width))),
    ...rows.map(line),
    '',
    'Written by `vitest run test/kernel-table.test.ts -u` in this package.',
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot('../KERNELS.md');
}, 60_000);
