import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expectClose } from '@genai/testing/expect-close';
// @boundaries-ignore the browser of the workspace's tests
import { type Browser, chromium } from 'playwright';
// @boundaries-ignore what serves the workspace's tests to a browser
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the shared settings of the workspace
import { gradientsForNode } from '../../../tools/vitest.shared.js';
// @boundaries-ignore the engine is chosen here by a test
import { useBackend } from '../../backend/src/use-backend.js';
import { type Leg, leg } from './journey-leg.js';

const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium'].find((path) => path && existsSync(path));
const TIMEOUT = 600_000; // what the page imports is served from source, on a machine at work

/** Moves before the journey, on it, and when it is over. */
const [LEAVES, RETURNS, ENDS] = [5, 10, 15];

// Skipped where there is no Chromium: set CHROMIUM to its path.
describe.skipIf(!executablePath)('parity: a run that Node begins, a browser tab goes on with, and Node ends', () => {
  let server: ViteDevServer;
  let browser: Browser;

  beforeAll(async () => {
    server = await createServer({
      configFile: false,
      logLevel: 'silent',
      root: fileURLToPath(new URL('../../backend', import.meta.url)), // it has all engines
      cacheDir: fileURLToPath(new URL('../node_modules/.cache/node-and-browser', import.meta.url)),
      plugins: [
        gradientsForNode(),
        {
          name: 'a-page',
          configureServer: ({ middlewares }) => {
            middlewares.use('/page', (_, answer) => {
              answer.setHeader('Content-Type', 'text/html');
              answer.end('<!doctype html><title>A page</title>');
            });
          },
        },
      ],
      resolve: { conditions: ['@genai/source', 'browser', 'module', 'import', 'default'] },
      optimizeDeps: {
        include: ['core', 'backend-cpu', 'backend-wasm', 'backend-webgl'].map((name) => `@tensorflow/tfjs-${name}`),
        exclude: ['@genai/simd'],
        noDiscovery: true,
      },
      server: { host: '127.0.0.1', port: 0, hmr: false, ws: false, watch: null },
    });
    await server.listen();
    browser = await chromium.launch({
      executablePath: executablePath!,
      args: [
        '--no-sandbox',
        '--disable-quic',
        '--no-first-run',
        '--use-angle=swiftshader',
        '--enable-unsafe-swiftshader',
      ],
    });
  }, TIMEOUT);

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    await useBackend('cpu');
  });

  /** A leg in a page. */
  async function inPage(one: Leg): ReturnType<typeof leg> {
    const { port } = server.httpServer!.address() as { readonly port: number };
    const page = await browser.newPage();
    const module = `/@fs${fileURLToPath(new URL('./journey-leg.ts', import.meta.url))}`;
    try {
      await page.goto(`http://127.0.0.1:${port}/page`);
      // As text: an import that stands here would be one of Node.
      return await page.evaluate(`import(${JSON.stringify(module)}).then(({ leg }) => leg(${JSON.stringify(one)}))`);
    } finally {
      await page.close();
    }
  }

  test.each([
    ['simd', 1e-4],
    ['webgl', 2e-3],
  ] as const)(
    'the losses are those of a run that stays in Node: %s in the tab',
    async (engine, tolerance) => {
      const stayed = await leg({ engine: 'simd', until: ENDS });
      const first = await leg({ engine: 'simd', until: LEAVES });
      const second = await inPage({ engine, from: first.files, until: RETURNS });
      const third = await leg({ engine: 'simd', from: second.files, until: ENDS });
      expect([first, second, third].map(({ losses }) => losses.length)).toEqual([5, 5, 5]);
      const losses = [...first.losses, ...second.losses, ...third.losses];
      expectClose(losses, stayed.losses, { absolute: tolerance, relative: 0 });
      expect(losses.at(-1)!).toBeLessThan(losses[0]! - 0.3); // nats: it learns
      const [ended, wanted] = [third, stayed].map(({ files }) => JSON.parse(atob(files['state.json']!)) as object);
      for (const name of ['step', 'cursor', 'key']) expect(ended).toHaveProperty(name, (wanted as never)[name]);
    },
    TIMEOUT,
  );
});
