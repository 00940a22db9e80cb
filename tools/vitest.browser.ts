import { existsSync } from 'node:fs';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import { gradientsForNode } from './vitest.shared.js';

/** The Chromium to test in: CHROMIUM, or where Debian puts it; undefined where there is none. */
function chromium(): string | undefined {
  return [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
}

/**
 * How packages are tested in a headless Chromium: from source, WebGL and WebGPU on the software GPU (SwiftShader), so
 * that it runs on machines without one. Files are named `*.browser.test.ts`.
 *
 * Run with `vitest run --config vitest.browser.config.ts`. An `isolated` page may share memory between threads.
 */
export const browser = (
  name: string,
  test: NonNullable<ViteUserConfig['test']> = {},
  { isolated = false }: { readonly isolated?: boolean } = {},
): ViteUserConfig => {
  const executablePath = chromium();
  if (!executablePath) {
    throw new Error('Browser tests need Chromium: install it (apt-get install chromium) or set CHROMIUM to its path.');
  }
  return defineConfig({
    plugins: [gradientsForNode()],
    resolve: { conditions: ['@genai/source', 'browser', 'module', 'import', 'default'] },
    // Found at the start, so that no dependency found later reloads the page in the middle of a test.
    optimizeDeps: {
      include: ENGINES.map((engine) => `@tensorflow/tfjs-${engine}`),
      exclude: ['@genai/simd'],
    },
    ...(isolated && { server: { headers: ISOLATION } }),
    test: {
      name: `${name} (chromium${isolated ? ', isolated' : ''})`,
      include: ['test/**/*.browser.test.ts', 'src/**/*.browser.test.ts'],
      testTimeout: 60_000,
      hookTimeout: 60_000,
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions: { executablePath, args: FLAGS } }),
        instances: [{ browser: 'chromium' }],
      },
      ...test,
    },
  });
};

const ENGINES = ['core', 'backend-cpu', 'backend-wasm', 'backend-webgl', 'backend-webgpu'];

const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];
