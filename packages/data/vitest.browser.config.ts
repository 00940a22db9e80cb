// @boundaries-ignore the shared settings of the workspace
import { browser } from '../../tools/vitest.browser.js';

export default browser('data', { setupFiles: ['@genai/testing/setup'] });
