// @boundaries-ignore the shared settings of the workspace
import { unit } from '../../tools/vitest.shared.js';

export default unit('simd', {
  isolate: true,
  setupFiles: ['@genai/testing/setup'],
  globalSetup: ['./test/build-kernels.ts'],
  // A library that someone has built must not compute where WebAssembly is to be tested.
  env: { GENAI_NATIVE: process.env.GENAI_NATIVE ?? 'off' },
});
