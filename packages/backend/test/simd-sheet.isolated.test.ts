import { engineSheet } from '@genai/testing/engine-sheet';
import { expect, test } from 'vitest';
import { describeBackend } from '../src/describe-backend.js';
import { useBackend } from '../src/use-backend.js';

const use = (): Promise<unknown> => useBackend('simd', { threads: 2 });

test('known answers: an isolated page computes on as many threads as were asked for', async () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
  await use();
  expect(describeBackend()).toMatchObject({ name: 'simd', threads: 2, trainable: true });
});

engineSheet('simd', { use });
