import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { serve } from '../../scripts/serve.mjs';

/** The site that was built. */
export const SITE: string = process.env.DOCS_SITE ?? join(import.meta.dirname, '../..', '.vitepress', 'dist');

/** What a visit to the site begins with; the rest is what Playwright gives each page. */
export interface VisitOptions extends BrowserContextOptions {
  /** Whether the site lets its pages share memory between threads: true unless given. Most hosts do not. */
  readonly isolated?: boolean;
  /** Arguments of the browser, beside those that keep it off the network. */
  readonly flags?: readonly string[];
}

/** A visit to the site: for each test storage and a page of its own, in which nothing may go wrong. */
export interface Visit {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** The page of the test: the one that was opened last. */
  readonly page: Page;
  /** Where the first page of the site is, without the slash behind it; and the path that it was built for. */
  readonly url: string;
  readonly base: string;
  /** What went wrong in the test so far: errors on the console, and requests to elsewhere. Empty at its end. */
  readonly faults: string[];
  /** Another page with the same storage, in place of the one so far: as after a tab that was killed. */
  readonly newPage: () => Promise<Page>;
  /** Serves the site once more until the end of the test, isolated or not, and says where; there pages may ask too. */
  readonly serveAgain: (options: { readonly isolated: boolean }) => Promise<string>;
}

/** Software that draws as a graphics card does, for WebGL and WebGPU. */
export const SOFTWARE_GPU: readonly string[] = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];

/** Milliseconds: training is slow on a machine that is busy with something else. */
const PATIENCE = 200_000;
const OFFLINE = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A browser for the tests of this file or of this `describe`, and a visit for each of them. */
export function visits({ isolated = true, flags = [], ...options }: VisitOptions = {}): Visit {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let site: Served;
  let others: Served[];
  let faults: string[];

  beforeAll(async () => {
    expect(existsSync(SITE), 'the site is built: run `pnpm build` first').toBe(true);
    site = await serve(SITE, { isolated });
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...OFFLINE, ...flags] });
  });

  afterAll(async () => {
    await browser?.close();
    if (site) close(site);
  });

  beforeEach(async () => {
    context = await browser.newContext(options);
    context.setDefaultTimeout(PATIENCE);
    [faults, others] = [[], []];
    page = await openPage();
  });

  afterEach(async () => {
    await context.close();
    others.forEach(close);
    expect(faults).toEqual([]);
  });

  async function openPage(): Promise<Page> {
    const opened = await context.newPage();
    const fault = (what: string): void => void faults.push(`${opened.url()}: ${what}`);
    opened.on('console', (message) => message.type() === 'error' && fault(message.text()));
    opened.on('pageerror', (error) => fault(String(error)));
    opened.on('request', (request) => {
      const address = request.url();
      const isInside =
        /^(data|blob):/.test(address) || [site, ...others].some(({ url }) => address.startsWith(`${url}/`));
      if (!isInside) fault(`outside request: ${address}`);
    });
    return opened;
  }

  return {
    get browser() {
      return browser;
    },
    get context() {
      return context;
    },
    get page() {
      return page;
    },
    get url() {
      return site.url;
    },
    get base() {
      return site.base;
    },
    get faults() {
      return faults;
    },
    newPage: async () => {
      await page.close();
      page = await openPage();
      return page;
    },
    serveAgain: async (how) => {
      const served = await serve(SITE, how);
      others.push(served);
      return served.url;
    },
  };
}

interface Served {
  readonly url: string;
  readonly base: string;
  readonly server: Server;
}

function close({ server }: Served): void {
  server.closeAllConnections();
  server.close();
}
