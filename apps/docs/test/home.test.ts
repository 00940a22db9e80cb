import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page, type Response } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve } from '../scripts/serve.mjs';

/** The home page: a model learns in it by itself, and only while somebody can see it. */
const site = process.env.DOCS_SITE ?? join(import.meta.dirname, '..', '.vitepress', 'dist');
const OFFLINE = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

let browser: Browser;
let context: BrowserContext;
let server: Server;
let url: string;
let page: Page;
let faults: string[];

beforeAll(async () => {
  expect(existsSync(site), 'the site is built: run `pnpm build` first').toBe(true);
  ({ url, server } = await serve(site));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...OFFLINE] });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on(
    'request',
    (request) =>
      request.url().startsWith('http://127.0.0.1:') ||
      /^(data|blob):/.test(request.url()) ||
      faults.push(`outside request: ${request.url()}`),
  );
});

afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const at = (name: string) => page.locator(`[data-test="${name}"]`);
const number = async (name: string) => Number.parseFloat((await at(name).textContent()) ?? '');
const state = () => at('live').getAttribute('data-state');

const reaches = (step: number, timeout = 200_000) =>
  page.waitForFunction((s) => Number(document.querySelector('[data-test=step]')?.textContent) >= s, step, { timeout });

const becomes = (name: string) =>
  page.waitForFunction((s) => document.querySelector('[data-test=live]')?.getAttribute('data-state') === s, name, {
    timeout: 60_000,
  });

/** How many shades of ink the digits show, and how much ink there is, from 0 to 1. */
const ink = () =>
  at('digits').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const alpha = data.filter((_, i) => i % 4 === 3);
    return { shades: new Set(alpha).size, mean: alpha.reduce((sum, a) => sum + a, 0) / alpha.length / 255 };
  });

/** Whether the step stays where it is for a second. */
async function stands(): Promise<void> {
  await page.waitForTimeout(400); // for what is on its way
  const step = await number('step');
  await page.waitForTimeout(1_000);
  expect(await number('step')).toBe(step);
}

/** The tab goes into the background, or comes back. */
const hide = (hidden: boolean) =>
  page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

describe('the model of the home page', () => {
  test('known answers: learns without a click, its loss falls, and grey turns into digits', async () => {
    const opened = performance.now();
    await page.goto(`${url}/`);
    await reaches(1);
    const waited = performance.now() - opened;
    const early = { loss: await number('loss'), ...(await ink()) };
    await reaches(300);
    expect(await state()).toBe('learning');
    expect(await number('loss')).toBeLessThan(Math.min(200, 0.7 * early.loss)); // from 543 = 784 log 2 nats
    const { shades, mean } = await ink();
    expect(shades).toBeGreaterThan(60);
    expect(mean).toBeGreaterThan(0.03);
    expect(mean).toBeLessThan(0.25); // a digit is an eighth ink
    expect(await at('engine').textContent()).toBe('simd');
    expect(await number('milliseconds')).toBeGreaterThan(0);
    // A promise of the page, which a machine that is busy with something else does not keep.
    if (loadavg()[0]! <= cpus().length + 1) expect(waited).toBeLessThan(5_000);
  });

  test('laws: nothing runs while the tab is hidden, the figure is out of sight, or it was paused', async () => {
    await page.setViewportSize({ width: 1280, height: 700 });
    await page.goto(`${url}/`);
    await reaches(5);
    await hide(true);
    await becomes('resting');
    await stands();
    await hide(false);
    await becomes('learning');

    await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
    await becomes('resting');
    await stands();
    await page.evaluate(() => scrollTo(0, 0));
    await becomes('learning');

    await page.getByRole('button', { name: 'Pause' }).click();
    await becomes('paused');
    await stands();
    await page.getByRole('button', { name: 'Go on' }).press('Enter');
    const step = await number('step');
    await reaches(step + 5);
  });

  test('laws: whoever prefers reduced motion is asked first, and nothing is loaded before', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${url}/`);
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(1_000);
    expect(await state()).toBe('waiting');
    expect(asked.filter((address) => /worker/.test(address))).toEqual([]);
    await page.getByRole('button', { name: 'Start' }).click();
    await reaches(3);
  });

  test('laws: the page before the model is small, and the engine comes after it was painted', async () => {
    await page.emulateMedia({ reducedMotion: 'reduce' });
    let bytes = 0;
    const count = async (response: Response) => {
      const body = await response.body().catch(() => Buffer.alloc(0));
      if (/(\/|\.js|\.css|\.html)$/.test(new URL(response.url()).pathname)) bytes += gzipSync(body).length;
    };
    page.on('response', (response) => void count(response));
    await page.goto(`${url}/`);
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(200 * 1024);

    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await page.reload();
    await reaches(1);
    const [paint, worker] = await page.evaluate(() => [
      performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      (performance.getEntriesByType('resource') as PerformanceResourceTiming[]).find(({ name }) => /worker/.test(name))!
        .startTime,
    ]);
    expect(worker).toBeGreaterThan(paint!);
  });

  test('laws: nothing moves when it starts and while it learns', async () => {
    await page.addInitScript(() => {
      const shifts = { total: 0 };
      Object.assign(globalThis, { shifts });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) shifts.total += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
    });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${url}/`);
    await reaches(100);
    const total = await page.evaluate(() => (globalThis as unknown as { shifts: { total: number } }).shifts.total);
    expect(total).toBeLessThan(0.02);
  });

  test('laws: it learns without isolation too', async () => {
    const elsewhere = await serve(site, { isolated: false });
    try {
      await page.goto(`${elsewhere.url}/`);
      expect(await page.evaluate(() => crossOriginIsolated)).toBe(false);
      await reaches(30);
      expect(await number('loss')).toBeLessThan(500);
    } finally {
      elsewhere.server.closeAllConnections();
      elsewhere.server.close();
    }
  });

  test('errors: a worker that cannot be had is told, and the page goes on', async () => {
    await page.route(/worker/, (route) => route.abort());
    await page.goto(`${url}/`);
    await becomes('failed');
    expect(await at('told').textContent()).not.toBe('');
    await page.unroute(/worker/);
    await page.getByRole('button', { name: 'Try again' }).click();
    await reaches(3);
    faults = faults.filter((fault) => !fault.includes('ERR_FAILED'));
  });
});

describe('the home page', () => {
  test.each(['light', 'dark'] as const)('laws: no phone scrolls it sideways, in %s', async (colorScheme) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme });
    await page.goto(`${url}/`);
    await reaches(2);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const box = (await at('digits').boundingBox())!;
    expect(box.y + box.height, 'the digits are on the first screen').toBeLessThanOrEqual(740);
  });

  test('laws: axe finds no serious fault, and every laboratory has its link', async () => {
    await page.goto(`${url}/`);
    await reaches(2);
    await page.addScriptTag({ path: join(import.meta.dirname, '..', 'node_modules', 'axe-core', 'axe.min.js') });
    const serious = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string }[] }> };
      };
      const { violations } = await axe.run();
      return violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id);
    });
    expect(serious).toEqual([]);
    const links = await at('laboratories').getByRole('link').all();
    expect(links.length).toBeGreaterThanOrEqual(5);
    for (const link of links) {
      const answer = await page.request.get(new URL((await link.getAttribute('href'))!, url).href);
      expect(answer.status()).toBe(200);
    }
  });
});
