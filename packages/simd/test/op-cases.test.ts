// Every op of @genai/tensor on this engine: fused kernels included, to the second derivative.

import { afterAll, beforeAll, describe, test } from 'vitest';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { repairGradients } from '../../backend/src/repair-gradients.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { goldenCases } from '../../tensor/test/golden-cases.js';
// @boundaries-ignore the packages whose ops this engine fuses are run here on it
import { checkCase, opCases } from '../../tensor/test/op-cases.js';
import { startSimd, stopSimd } from './with-simd.js';

describe.each([{ threads: 1 }, { threads: 2, variant: 'simd' }, { variant: 'scalar' }] as const)('%o', (options) => {
  beforeAll(async () => {
    await startSimd(options);
    repairGradients();
  });
  afterAll(stopSimd);

  test.each(opCases())('laws: $name has the derivatives that finite differences have', checkCase);
  test.each(goldenCases())('goldens: $name equals PyTorch to the second derivative', ({ check }) => check());
});
