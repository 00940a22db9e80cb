import { key, randomBits } from '@genai/core';
import { scalar, setBackend, type Tensor, tensor1d, tidy } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { packBfloat16, unpackBfloat16 } from '../../tensor/src/index.js';

/** Sizes that use threads, leave remainders, and are odd. */
const SIZES = [0, 1, 2, 7, 31, 64, 127, 128, 129, 1000, 40_001, 100_000];

/** Expects the codes of any bits, and the floats of these, to be on our engine those of the cpu engine, bit by bit. */
export async function expectCodesAsOnCpu(): Promise<void> {
  const run = async (name: string): Promise<Int32Array[]> => {
    await setBackend(name);
    return SIZES.flatMap((size) =>
      tidy(() => {
        const x = tensor1d(new Float32Array(anyBits(size).buffer));
        const codes = [packBfloat16(x), packBfloat16(x, { key: key(3), step: scalar(size) })];
        const made: Tensor[] = [...codes, ...codes.map((code) => unpackBfloat16(code, [size]))];
        return made.map((t) => new Int32Array(t.dataSync().slice().buffer)) as never;
      }),
    );
  };
  const cpu = await run('cpu');
  const simd = await run('simd');
  for (const [i, want] of cpu.entries()) {
    const differs = want.findIndex((word, j) => word !== simd[i]![j]); // `toEqual` takes seconds for so many
    expect([simd[i]!.length, differs], `output ${i % 4} of size ${SIZES[i >> 2]}`).toEqual([want.length, -1]);
  }
}

/** All kinds of floats, among them NaN, infinities, zeros, and the largest and smallest numbers. */
function anyBits(size: number): Uint32Array {
  const edges = [0x7f800000, 0xff800000, 0x7f800001, 0xffc00000, 0x7f7fffff, 0xff7fffff, 0, 0x80000000, 1, 0x807fffff];
  return randomBits(key(9), size).map((word, i) => (i % 5 === 0 ? edges[(i / 5) % edges.length]! : word));
}
