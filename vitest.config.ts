import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: ['packages/*/vitest.config.ts', 'packages/*/vitest.dawn.config.ts', 'apps/bench/vitest.config.ts'],
  },
});
