import { defineConfig } from 'vitest/config';

/** Drives the built site with a real Chromium from Node. */
export default defineConfig({
  test: {
    name: 'docs',
    include: ['test/**/*.test.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 30_000 } },
    fileParallelism: false,
  },
});
