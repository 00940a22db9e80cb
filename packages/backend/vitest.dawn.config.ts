import { existsSync } from 'node:fs';
// @boundaries-ignore the shared settings of the workspace
import { unit } from '../../tools/vitest.shared.js';

// Debian's chromium brings a Vulkan loader and SwiftShader, a driver that needs no GPU. The loader is looked up when a
// process starts, so this must stand in the environment before the tests' process does.
const folder = '/usr/lib/chromium';
const driver = `${folder}/vk_swiftshader_icd.json`;
if (!process.env.VK_ICD_FILENAMES && existsSync(driver)) {
  process.env.VK_ICD_FILENAMES = driver;
  process.env.LD_LIBRARY_PATH = [process.env.LD_LIBRARY_PATH, folder].filter(Boolean).join(':');
}

/** WebGPU in Node: `vitest run --config vitest.dawn.config.ts`. Skips, with the reason, where there is no driver. */
export default unit('backend (dawn)', {
  include: ['test/**/*.dawn.test.ts'],
  exclude: ['**/node_modules/**'],
  setupFiles: ['@genai/testing/setup'],
  isolate: true,
  pool: 'forks',
  hookTimeout: 60_000,
});
