import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { serve } from '../../scripts/serve.mjs';

/** The site that was built. */
export const SITE: string = process.env.DOCS_SITE ?? join(import.meta.dirname, '../..', '.vitepress', 'dist');
const OFFLINE = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

/** A browser at the site, and for each test storage and a page of its own, in which nothing may go wrong. */
export interface Visits {
  readonly browser: Browser;
  readonly context: BrowserContext;
  /** Where the first page is, without the slash behind it; and the path that the site was built for. */
  readonly url: string;
  readonly base: string;
  /** What went wrong in the test so far: errors on the console, and requests to elsewhere. Empty at its end. */
  readonly faults: string[];
  /** Another page with the same storage; `own` is where it may ask. */
  readonly newPage: (own?: string) => Promise<Page>;
}

/** Registers what is to be done before and after each test of the file; `opened` is given the page of each. */
export function visits(opened: (page: Page, visit: Visits) => void, options: BrowserContextOptions = {}): void {
  let browser: Browser;
  let server: Server;
  let site: { readonly url: string; readonly base: string };
  let context: BrowserContext;
  let faults: string[];

  const newPage = async (own = site.url): Promise<Page> => {
    const page = await context.newPage();
    const fault = (what: string): void => void faults.push(`${page.url()}: ${what}`);
    page.on('console', (message) => message.type() === 'error' && fault(message.text()));
    page.on('pageerror', (error) => fault(String(error)));
    page.on('request', (request) => {
      const isInside = request.url().startsWith(own) || /^(data|blob):/.test(request.url());
      if (!isInside) fault(`outside request: ${request.url()}`);
    });
    return page;
  };

  beforeAll(async () => {
    expect(existsSync(SITE), 'the site is built: run `pnpm build` first').toBe(true);
    const served = await serve(SITE);
    server = served.server;
    site = served;
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...OFFLINE] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext(options); // with storage of its own
    faults = [];
    const { url, base } = site;
    opened(await newPage(), { browser, context, url, base, faults, newPage });
  });

  afterEach(async () => {
    await context.close();
    expect(faults).toEqual([]);
  });
}
