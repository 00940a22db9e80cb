import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { serve } from '../scripts/serve.mjs';

const site = join(import.meta.dirname, '..', '.vitepress', 'dist');
const SOFTWARE_GPU = [
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
];
const OFFLINE = [
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

let browser: Browser;
let server: Server;
let url: string;
let page: Page;
let faults: string[];
/** The addresses of other servers that the test started. */
let own: string[];

beforeAll(async () => {
  expect(existsSync(site), 'the site is built: run `pnpm build` first').toBe(true);
  ({ url, server } = await serve(site));
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...OFFLINE, ...SOFTWARE_GPU] });
});

afterAll(async () => {
  await browser?.close();
  server?.close();
});

beforeEach(async () => {
  page = await browser.newPage();
  faults = [];
  own = [url];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on(
    'request',
    (request) =>
      own.some((address) => request.url().startsWith(address)) ||
      /^(data|blob):/.test(request.url()) ||
      faults.push(`outside request: ${request.url()}`),
  );
});

afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

const text = (name: string) => page.locator(`[data-test=${name}]`).textContent();
const reaches = (step: number) =>
  page.waitForFunction((s) => Number(document.querySelector('[data-test=step]')?.textContent) >= s, step, {
    timeout: 200_000,
  });

describe('the live page', () => {
  test('trains on wasm until the loss falls, paints samples, pauses, and goes on on another engine', async () => {
    await page.goto(`${url}/live/vae.html`);
    await page.getByLabel('Engine').selectOption('wasm');
    await page.getByRole('button', { name: 'Train' }).click();
    await reaches(2);
    const first = Number(await text('loss'));
    await reaches(200);
    expect(await text('engine')).toBe('wasm');
    const later = Number(await text('loss'));
    expect(later).toBeLessThan(0.7 * first);

    const painted = await page.locator('[data-test=samples]').evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(data).size;
    });
    expect(painted).toBeGreaterThan(10);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.waitForTimeout(500);
    const paused = await text('step');
    await page.waitForTimeout(700);
    expect(await text('step')).toBe(paused);

    await page.getByLabel('Engine').selectOption('cpu');
    await page.getByRole('button', { name: 'Go on' }).click();
    await reaches(Number(paused) + 2);
    expect(await text('engine')).toBe('cpu');
    expect(Number(await text('loss'))).toBeLessThan(0.8 * first);
  });

  test.each([
    [true, /, [2-9]\d* threads$|, 1\d+ threads$/],
    [false, /, 1 thread$/],
  ])('trains on simd, isolated: %s, and replays its steps', async (isolated, device) => {
    const elsewhere = isolated ? undefined : await serve(site, { isolated: false });
    own.push(elsewhere?.url ?? url);
    await page.goto(`${elsewhere?.url ?? url}/live/vae.html`);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    await page.getByLabel('Engine').selectOption('simd');
    await page.getByRole('button', { name: 'Train' }).click();
    await reaches(2);
    const first = Number(await text('loss'));
    await reaches(200);
    expect(await text('engine')).toBe('simd');
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(await text('device')).toMatch(cores > 1 ? device : /, 1 thread$/);
    expect(await text('captured')).toContain('replayed');
    expect(Number(await text('loss'))).toBeLessThan(0.7 * first);
    elsewhere?.server.closeAllConnections();
    elsewhere?.server.close();
  });

  test.each(['webgl', 'webgpu'])('trains on %s', async (engine) => {
    await page.goto(`${url}/live/vae.html`);
    await page.getByLabel('Engine').selectOption(engine);
    await page.getByRole('button', { name: 'Train' }).click();
    await reaches(2);
    const first = Number(await text('loss'));
    await reaches(12);
    expect(await text('engine')).toBe(engine);
    expect(Number(await text('loss'))).toBeLessThan(first);
  });
});

describe('the site', () => {
  test.each([
    '/',
    '/guide/start.html',
    '/guide/vae.html',
    '/guide/gan.html',
    '/guide/engines.html',
    '/guide/checkpoints.html',
    '/reference/index.html',
  ])('%s opens without a fault', async (path) => {
    const response = await page.goto(url + path);
    expect(response?.status()).toBe(200);
    expect(await page.locator('h1').first().textContent()).not.toBe('404');
  });

  test('no page is wider than a phone', async () => {
    await page.setViewportSize({ width: 375, height: 740 });
    for (const path of ['/', '/guide/start.html', '/live/vae.html']) {
      await page.goto(url + path);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    }
  });
});
