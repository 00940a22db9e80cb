// @boundaries-ignore the shared settings of the workspace
import { unit } from '../../tools/vitest.shared.js';

export default unit('simd', { setupFiles: ['@genai/testing/setup'], globalSetup: ['./test/build-kernels.ts'] });
