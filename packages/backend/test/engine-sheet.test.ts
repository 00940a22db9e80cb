import { engineSheet } from '@genai/testing/engine-sheet';
import { useBackend } from '../src/use-backend.js';

engineSheet('cpu', { use: () => useBackend('cpu') });
engineSheet('wasm', { use: () => useBackend('wasm') });
