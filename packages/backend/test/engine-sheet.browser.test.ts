import { engineSheet } from '@genai/testing/engine-sheet';
import { useBackend } from '../src/use-backend.js';

engineSheet('webgl', { use: () => useBackend('webgl') });
engineSheet('webgpu', { use: () => useBackend('webgpu') });
