import { defineConfig } from 'vitest/config';

/** What needs a real browser: `npm test -- browser`. */
export default defineConfig({
  test: {
    fileParallelism: false, // one page after the other: a dozen at once do not all connect in time on two cores
    browser: { connectTimeout: 240_000 }, // read from here, not from the projects: each first bundles what it needs
    projects: [
      'packages/*/vitest.browser.config.ts',
      'packages/*/vitest.isolated.config.ts',
      'apps/*/vitest.browser.config.ts',
    ],
  },
});
