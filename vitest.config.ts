import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: '100%', // else one core of two has nothing to do
    projects: ['packages/*/vitest.config.ts', 'packages/*/vitest.dawn.config.ts', 'apps/bench/vitest.config.ts'],
  },
});
