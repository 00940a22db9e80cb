import '@tensorflow/tfjs-backend-cpu';
import { env, memory, setBackend } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect } from 'vitest';

// The loader of the tests (tools/vitest.shared.ts) bundles this list, which Node itself cannot import.
await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
env().set('PROD', true); // no banner
await setBackend('cpu');

let before = 0;
beforeEach(() => {
  before = memory().numTensors;
});
afterEach(() => {
  expect(memory().numTensors - before, 'tensors left over by this test').toBe(0);
});
