import { engineSheet } from '@genai/testing/engine-sheet';
import { test } from 'vitest';
import { useBackend } from '../src/use-backend.js';

const reason = await useBackend('webgpu').then(
  () => undefined,
  (error: Error) => error.message,
);

if (reason === undefined) engineSheet('webgpu', { use: () => useBackend('webgpu') });
else test.skip(`engines: webgpu in Node (skipped: ${reason})`);
