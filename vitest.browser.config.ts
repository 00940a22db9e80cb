import { defineConfig } from 'vitest/config';

/** What needs a real browser: `npm test -- browser`. */
export default defineConfig({
  test: {
    projects: [
      'packages/*/vitest.browser.config.ts',
      'packages/*/vitest.isolated.config.ts',
      'apps/*/vitest.browser.config.ts',
    ],
  },
});
