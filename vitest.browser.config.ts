import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { browser } from './tools/vitest.browser.js';

/**
 * What needs a real browser: `npm test -- browser`. The pages of all packages are served by one server, or dozens of them would
 * bundle the same dependencies at the same time; it stands in `backend`, which has all engines.
 */
export default defineConfig({
  test: {
    fileParallelism: false, // one page after the other: a dozen at once do not all connect in time on two cores
    browser: { connectTimeout: 240_000 }, // read from here, not from the projects
    projects: [
      ofPackages('browser', false),
      ofPackages('isolated', true),
      'packages/cli/vitest.browser.config.ts',
      'apps/*/vitest.browser.config.ts',
    ],
  },
});

function ofPackages(kind: string, isolated: boolean): ViteUserConfig {
  const config = browser(
    'packages',
    {
      include: [`test/**/*.${kind}.test.ts`, `../*/test/**/*.${kind}.test.ts`], // its own are not found by the second
      exclude: ['**/node_modules/**', '../cli/**'],
      setupFiles: ['@genai/testing/setup'],
    },
    { isolated },
  );
  return { ...config, root: 'packages/backend' };
}
