// @boundaries-ignore the shared settings of the workspace
import { unit } from '../../tools/vitest.shared.js';

export default unit('eval', { setupFiles: ['./test/relaxed-vectors.ts', '@genai/testing/setup'] });
