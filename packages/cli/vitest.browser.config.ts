// @boundaries-ignore the shared settings of the workspace
import { unit } from '../../tools/vitest.shared.js';

/** Drives pages that the command serves with a real Chromium from Node. */
export default unit('cli (pages)', { include: ['test/**/*.browser.test.ts'], exclude: ['**/node_modules/**'] });
