import { key } from '@genai/core';
import { add, matMul, memory, ones, sum, tensor, fill as tfFill, tidy } from '@tensorflow/tfjs-core';
import { afterEach, describe, expect, test } from 'vitest';
// @boundaries-ignore the gradients that an application gets
import { repairGradients } from '../../backend/src/repair-gradients.js';
import { OutOfMemoryError } from '../src/memory/out-of-memory-error.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { fuzz } from './fuzz.js';
import { startSimd, stopSimd } from './with-simd.js';

afterEach(stopSimd);

/** Takes the memory up to its end but for about `room` bytes in small blocks. Nothing is written, so it costs nothing. */
function fill({ machine: { allocator } }: SimdBackend, room: number): void {
  const blocks: number[] = [];
  for (let size = 2 ** 30; size >= 4096; ) {
    try {
      blocks.push(allocator.allocate(size));
    } catch {
      size /= 2;
    }
  }
  for (let free = 0; free < room; ) {
    const block = blocks.pop()!;
    free += allocator.sizeAt(block);
    allocator.free(block);
  }
}

describe.each([{ threads: 2 }, { shared: false }] as const)('%o', (options) => {
  test('laws: places above 2 GiB are as good as those below', async () => {
    const backend = await startSimd(options);
    repairGradients();
    backend.machine.allocator.allocate(2 ** 31 - 2 ** 20); // what follows lies about the middle, and above it
    const middle = await fuzz(backend, key(1), (cases) => cases === 40);
    backend.machine.allocator.allocate(2 ** 23);
    const above = await fuzz(backend, key(2), (cases) => cases === 80);
    expect([...middle.faults, ...above.faults]).toEqual([]);
    expect(middle.refused + above.refused).toBe(0);
    expect(backend.machine.buffer.byteLength).toBeGreaterThan(2 ** 31);
  }, 120_000);

  test('errors: an op for which there is no room says so and leaves nothing, whatever it is', async () => {
    const backend = await startSimd(options);
    repairGradients();
    fill(backend, 50_000);
    const { refused, faults } = await fuzz(backend, key(3), (cases) => cases === 200);
    expect(faults).toEqual([]);
    expect(refused).toBeGreaterThan(5);
    expect(refused).toBeLessThan(190);
  }, 120_000);
});

test('errors: what is too large is refused, and smaller work goes on', async () => {
  const { machine } = await startSimd();
  const before = machine.allocator.used;
  expect(() => tidy(() => tfFill([2 ** 31], 1))).toThrow(OutOfMemoryError);
  expect(() => tidy(() => matMul(ones([2 ** 16, 1]), ones([1, 2 ** 16])))).toThrow(/no room for 16384 MiB/);
  expect(() => tidy(() => add(ones([2 ** 15, 1, 1]), ones([1, 2 ** 10, 2 ** 10])))).toThrow(OutOfMemoryError);
  expect(machine.allocator.used).toBe(before);
  expect(memory().numTensors).toBe(0);
  const product = tidy(() => sum(matMul(tensor([[1, 2]]), tensor([[3], [4]]))).dataSync()[0] as never);
  expect(product).toBe(11);
});
