import { engineSheet } from '@genai/testing/engine-sheet';
import { expect, test } from 'vitest';
import { describeBackend } from '../src/describe-backend.js';
import { useBackend } from '../src/use-backend.js';

test('known answers: a page that is not isolated computes on one thread', async () => {
  expect(globalThis.crossOriginIsolated).toBe(false);
  await useBackend('simd');
  expect(describeBackend()).toMatchObject({ name: 'simd', threads: 1, trainable: true });
});

engineSheet('simd', { use: () => useBackend('simd') });
