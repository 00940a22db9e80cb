// Every op of @genai/tensor on @genai/simd: fused kernels included, to the second derivative.

import { registerSimd } from '@genai/simd';
import { engine, removeBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, test } from 'vitest';
// @boundaries-ignore the ops of @genai/tensor are run here on an engine that it must not import
import { goldenCases } from '../../tensor/test/golden-cases.js';
// @boundaries-ignore the ops of @genai/tensor are run here on an engine that it must not import
import { checkCase, opCases } from '../../tensor/test/op-cases.js';
import { useBackend } from '../src/use-backend.js';

const SETUPS = [{ threads: 1 }, { threads: 2, variant: 'simd' }, { variant: 'scalar' }] as const;

describe.each(SETUPS)('simd %o', (options) => {
  beforeAll(async () => {
    if ('simd' in engine().registryFactory) removeBackend('simd');
    await registerSimd({ ...options, native: false });
    await useBackend('simd');
  });
  afterAll(async () => void (await useBackend('cpu')));

  test.each(opCases())('laws: $name has the derivatives that finite differences have', checkCase);
  test.each(goldenCases())('goldens: $name equals PyTorch to the second derivative', ({ check }) => check());
});
