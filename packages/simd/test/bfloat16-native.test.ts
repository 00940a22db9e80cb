// Codes of 16 bits by the machine's own instructions.
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, expect, test } from 'vitest';
import { registerSimd } from '../src/register-simd.js';
import { expectCodesAsOnCpu } from './bfloat16-cases.js';
import { withNative } from './with-native.js';
import { stopSimd } from './with-simd.js';

withNative();
afterAll(stopSimd);

test('known answers: codes and floats are those of the host, to the bit', async () => {
  const { native } = await registerSimd();
  expect(native).toBe(true);
  await setBackend('simd');
  await expectCodesAsOnCpu();
});
