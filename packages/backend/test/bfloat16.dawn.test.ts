import { scalar, setBackend, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
// @boundaries-ignore keys for them
import { key, randomBits } from '../../core/src/index.js';
// @boundaries-ignore the ops of @genai/tensor are run here on engines that it must not import
import { packBfloat16, unpackBfloat16 } from '../../tensor/src/index.js';
import { useBackend } from '../src/use-backend.js';

afterAll(async () => void (await setBackend('cpu')));

const reason = await useBackend('webgpu').then(
  () => undefined,
  (error: Error) => error.message,
);

test.skipIf(reason !== undefined).each([1, 2, 63, 70_001])(
  `known answers: on webgpu codes and floats are those of the host, to the bit: size %i${reason ? ` (skipped: ${reason})` : ''}`,
  async (size) => {
    const [cpu, gpu] = [await coded('cpu', size), await coded('webgpu', size)];
    for (const [i, want] of cpu.entries()) {
      const differs = want.findIndex((word, j) => word !== gpu[i]![j]);
      expect([gpu[i]!.length, differs], `output ${i}`).toEqual([want.length, -1]);
    }
  },
);

/** To nearest and by noise: the codes, and the bits of the floats that come of them. */
async function coded(engine: string, size: number): Promise<Int32Array[]> {
  await useBackend(engine as 'cpu');
  const made = tidy((): Tensor[] => {
    const x = tensor1d(new Float32Array(anyBits(size).buffer));
    const codes = [packBfloat16(x), packBfloat16(x, { key: key(3), step: scalar(size) })];
    return [...codes, ...codes.map((code) => unpackBfloat16(code, [size]))];
  });
  const values = await Promise.all(made.map((t) => t.data()));
  for (const t of made) t.dispose();
  return values.map((numbers) => new Int32Array(numbers.slice().buffer));
}

/** All kinds of floats, among them NaN, infinities, zeros, and the largest and smallest numbers. */
function anyBits(size: number): Uint32Array {
  const edges = [0x7f800000, 0xff800000, 0x7f800001, 0xffc00000, 0x7f7fffff, 0xff7fffff, 0, 0x80000000, 1, 0x807fffff];
  return randomBits(key(9), size).map((word, i) => (i % 5 === 0 ? edges[(i / 5) % edges.length]! : word));
}
