// What is fused, computed by the machine's own instructions, against its composition on the cpu engine.
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
import { registerSimd } from '../src/register-simd.js';
import { everyHalf, FUSED_CASES, wholes } from './fused-cases.js';
import { withNative } from './with-native.js';
import { expectAsOnCpu, stopSimd } from './with-simd.js';

withNative();
let native: boolean;
beforeAll(async () => {
  ({ native } = await registerSimd());
  await setBackend('simd');
  repairGradients();
});
afterAll(stopSimd);

test.each(FUSED_CASES.map(([name, compute, floor = 0.1]) => [name, { compute, floor }] as const))(
  '%s',
  async (_, { compute, floor }) => {
    expect(native).toBe(true);
    await expectAsOnCpu(compute, { tolerance: 1e-4, floor });
  },
);

test('known answers: every float16 there is', () => {
  const [got, want] = wholes(everyHalf());
  expect(got).toEqual(want);
});
