import { unit } from '../../tools/vitest.shared.js';

export default unit('checkpoint', { setupFiles: ['@genai/testing/setup'] });
