// Splines by the machine's own instructions.
import { setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
import { registerSimd } from '../src/register-simd.js';
import { splineLaws } from './spline-cases.js';
import { withNative } from './with-native.js';
import { stopSimd } from './with-simd.js';

withNative();
let native: boolean;
beforeAll(async () => {
  ({ native } = await registerSimd());
  await setBackend('simd');
  repairGradients();
});
afterAll(stopSimd);

test('known answers: the kernels are native', () => {
  expect(native).toBe(true);
});
splineLaws();
