import { registerSimd, type SimdOptions } from '@genai/simd';
import { engineSheet } from '@genai/testing/engine-sheet';
import { engine, removeBackend } from '@tensorflow/tfjs-core';
import { useBackend } from '../src/use-backend.js';

const SETUPS: readonly SimdOptions[] = [
  { threads: 1, native: false },
  { threads: 2, native: false },
  { threads: 4, native: false },
  { shared: false, native: false },
  { variant: 'simd', threads: 2, native: false },
  { variant: 'scalar', native: false },
];

let current: SimdOptions | undefined;

for (const setup of SETUPS) {
  engineSheet(`simd ${JSON.stringify(setup)}`, {
    use: async () => {
      if (current !== setup) {
        if ('simd' in engine().registryFactory) removeBackend('simd');
        await registerSimd(setup);
        current = setup;
      }
      await useBackend('simd');
    },
  });
}
