import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { HELD } from '../lab/vae/sizes.js';
import { rasterise } from '../lab/vae/strokes.js';
import { serve } from '../scripts/serve.mjs';

/** The VAE laboratory, on every engine; and the pages of the site. */
const site = process.env.DOCS_SITE ?? join(import.meta.dirname, '..', '.vitepress', 'dist');
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

/** Nats that a digit costs a model that gives each pixel an even chance: 784 log 2. */
const UNTRAINED = 784 * Math.LN2;

let browser: Browser;
let context: BrowserContext;
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
  context = await browser.newContext({ acceptDownloads: true }); // with storage of its own
  faults = [];
  own = [url];
  await openPage();
});

afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

async function openPage(): Promise<void> {
  page = await context.newPage();
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on(
    'request',
    (request) =>
      own.some((address) => request.url().startsWith(address)) ||
      /^(data|blob):/.test(request.url()) ||
      faults.push(`outside request: ${request.url()}`),
  );
}

const at = (name: string) => page.locator(`[data-test="${name}"]`);
const text = (name: string) => at(name).textContent();
const number = async (name: string) => Number.parseFloat((await text(name)) ?? '');
const open = async (path: string, base = url) => {
  await page.goto(`${base}${path}`);
  await at('main').waitFor();
};
const reaches = (step: number) =>
  page.waitForFunction((s) => Number(document.querySelector('[data-test=step]')?.textContent) >= s, step, {
    timeout: 200_000,
  });
const becomes = (state: string) =>
  page.waitForFunction((s) => document.querySelector('.lab')?.getAttribute('data-state') === s, state, {
    timeout: 100_000,
  });
/** Pauses, and waits for the look that comes then. */
const pause = async () => {
  await at('main').click();
  await becomes('paused');
  await page.waitForTimeout(1_000);
};

/** The grey values of a picture, row by row. */
const grey = (name: string) =>
  at(name).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]!);
  });
const difference = (a: readonly number[], b: readonly number[]) =>
  Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0) / a.length);
const correlation = (a: readonly number[], b: readonly number[]) => {
  const mean = (x: readonly number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
  const [ma, mb] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i]! - my), 0);
  return product(a, ma, b, mb) / Math.sqrt(product(a, ma, a, ma) * product(b, mb, b, mb));
};

/** Draws one stroke through places of the pad, each from 0 to 1. */
async function draw(places: readonly (readonly [number, number])[]): Promise<void> {
  // Into the middle: the bar of the site lies over what is at the top.
  await at('digit-pad').evaluate((pad) => pad.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = (await at('digit-pad').boundingBox())!;
  for (const [i, [x, y]] of places.entries()) {
    await page.mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: i === 0 ? 1 : 3 });
    if (i === 0) await page.mouse.down();
  }
  await page.mouse.up();
}
const NOUGHT = Array.from({ length: 17 }, (_, i): readonly [number, number] => {
  const angle = (2 * Math.PI * i) / 16;
  return [0.45 + 0.25 * Math.sin(angle), 0.5 - 0.3 * Math.cos(angle)];
});
const ONE = [
  [0.6, 0.15],
  [0.4, 0.85],
] as const;

describe('the VAE on every engine', () => {
  test('known answers: trains on wasm until the loss falls, paints samples, pauses, and goes on on another engine', async () => {
    await open('/live/vae.html?engine=wasm');
    await at('main').click();
    await reaches(200);
    expect(await text('engine')).toBe('wasm');
    expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
    for (const name of ['samples', 'reconstructions']) expect(new Set(await grey(name)).size).toBeGreaterThan(10);

    await pause();
    const paused = await number('step');
    await page.waitForTimeout(700);
    expect(await number('step')).toBe(paused);

    await page.getByLabel('Engine').selectOption('cpu');
    await page.waitForFunction(() => document.querySelector('[data-test=engine]')?.textContent === 'cpu');
    await at('main').click();
    await reaches(paused + 2);
    expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
    expect(await at('failure').count()).toBe(0);
  });

  test.each([
    [true, /, [2-9]\d* threads$|, 1\d+ threads$/],
    [false, /, 1 thread$/],
  ])('known answers: trains on simd, isolated: %s, and replays its steps', async (isolated, device) => {
    const elsewhere = isolated ? undefined : await serve(site, { isolated: false });
    own.push(elsewhere?.url ?? url);
    await open('/live/vae.html?engine=simd', elsewhere?.url ?? url);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(isolated);
    await at('main').click();
    await reaches(200);
    expect(await text('engine')).toBe('simd');
    const cores = await page.evaluate(() => navigator.hardwareConcurrency);
    expect(await text('device')).toMatch(cores > 1 ? device : /, 1 thread$/);
    expect(await text('captured')).toContain('replayed');
    expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
    elsewhere?.server.closeAllConnections();
    elsewhere?.server.close();
  });

  test.each(['webgl', 'webgpu'])('known answers: trains on %s', async (engine) => {
    await open(`/live/vae.html?engine=${engine}`);
    await at('main').click();
    await reaches(12);
    expect(await text('engine')).toBe(engine);
    expect(await number('metric-loss')).toBeLessThan(0.9 * UNTRAINED);
    await page.waitForFunction(() => document.querySelector('[data-test=like]')?.textContent !== '–');
  });
});

describe('the VAE and a digit', () => {
  test('laws: what is drawn while it trains is reconstructed, and told from other digits', async () => {
    await open('/live/vae.html?engine=simd');
    await at('main').click();
    await reaches(5);
    await draw(NOUGHT);
    expect(await at('digit-pad').getAttribute('aria-label')).toBe('What you have drawn');
    await reaches(400);
    await pause();
    expect(await text('like')).toBe('0');
    const nought = await grey('again');
    expect(correlation(await grey('seen'), nought)).toBeGreaterThan(0.6);

    await page.getByRole('button', { name: 'Clear' }).click();
    expect(Math.max(...(await grey('seen')))).toBe(0);
    await draw(ONE); // while it stands still
    await expect.poll(() => text('like'), { timeout: 10_000 }).toBe('1');
    const one = await grey('again');
    expect(correlation(await grey('seen'), one)).toBeGreaterThan(0.6);
    expect(correlation(nought, one)).toBeLessThan(0.3);
  });

  test('laws: with the keyboard alone a digit is taken that was held back, then another; and the plane is gone through', async () => {
    await open('/live/vae.html?engine=simd');
    await at('main').focus();
    await page.keyboard.press('Enter');
    await reaches(30);
    await page.keyboard.press('Enter');
    await becomes('paused');
    await at('take-7').focus();
    await page.keyboard.press('Enter');
    expect(await at('take-7').getAttribute('aria-pressed')).toBe('true');
    await page.waitForTimeout(500);
    const seven = await grey('seen');
    expect(Math.max(...seven)).toBeGreaterThan(200);
    await page.keyboard.press('Space');
    await page.waitForTimeout(500);
    expect(difference(seven, await grey('seen'))).toBeGreaterThan(20);

    await at('latent-pad').focus();
    const middle = await grey('decoded');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowUp');
    for (let i = 0; i < 4; i++) await page.keyboard.press('ArrowRight');
    await page.waitForTimeout(500);
    expect(difference(middle, await grey('decoded'))).toBeGreaterThan(5);
    expect(await page.locator('.pad [role=status]').textContent()).toBe('At 0.36, -0.36');
  });

  test('laws: strength 0 and the start of the way are the reconstruction; what it learns to denoise, it denoises', async () => {
    await open('/live/vae.html?engine=simd&learns=denoise');
    expect(await at('learns').inputValue()).toBe('denoise');
    await at('take-0').click();
    await at('main').click();
    await reaches(300);
    await pause();
    await at('noise').fill('0.5');
    await at('toward').selectOption('1');
    await at('strength').fill('0');
    await page.waitForTimeout(700);
    const [seen, again, noisy, clean] = [
      await grey('seen'),
      await grey('again'),
      await grey('noisy'),
      await grey('clean'),
    ];
    expect(difference(clean, seen)).toBeLessThan(0.8 * difference(noisy, seen));
    expect(difference(await grey('edited'), again)).toBeLessThan(1);
    const way = await grey('way'); // 28 × 224
    const first = again.map((_, i) => way[Math.floor(i / 28) * 224 + (i % 28)]!);
    expect(difference(first, again)).toBeLessThan(1);

    await at('strength').fill('1');
    await page.waitForTimeout(700);
    const edited = await grey('edited');
    const last = again.map((_, i) => way[Math.floor(i / 28) * 224 + 196 + (i % 28)]!); // a 1
    expect(difference(edited, last)).toBeLessThan(difference(again, last));
  });

  test('laws: a drawing is scaled and centred as digits of MNIST are, wherever and however large it is', () => {
    const strokes = (scale: number, x: number, y: number) => [
      NOUGHT.flatMap(([u, v]) => [x + scale * u, y + scale * v]),
    ];
    const pixels = rasterise(strokes(1, 0, 0));
    expect(difference([...pixels], [...rasterise(strokes(0.5, 0.3, 0.2))])).toBeLessThan(1e-3);
    const inked = [...pixels.keys()].filter((i) => pixels[i]! > 0);
    const [columns, rows] = [inked.map((i) => i % 28), inked.map((i) => Math.floor(i / 28))];
    expect(Math.max(...rows) - Math.min(...rows) + 1).toBeGreaterThanOrEqual(19);
    expect(Math.max(...rows) - Math.min(...rows) + 1).toBeLessThanOrEqual(22);
    expect(Math.min(...columns) + Math.max(...columns)).toBe(27); // a nought is symmetric
    expect([...rasterise([])].every((value) => value === 0)).toBe(true);
  });
});

describe('the latent plane', () => {
  test.each(['2', '16'])(
    'laws: dragging through it changes the digit while it trains, with %s latents',
    async (latents) => {
      await open(`/live/vae.html?engine=simd&latents=${latents}`);
      await at('main').click();
      await reaches(60);
      await at('latent-pad').scrollIntoViewIfNeeded();
      const box = (await at('latent-pad').boundingBox())!;
      const place = (i: number) =>
        [
          box.x + box.width * (0.5 + 0.4 * Math.cos(i / 10)),
          box.y + box.height * (0.5 + 0.4 * Math.sin(i / 10)),
        ] as const;
      await page.evaluate(() => {
        const watched = window as unknown as { frames: number[]; pictures: Set<string> };
        watched.frames = [];
        watched.pictures = new Set();
        const decoded = document.querySelector<HTMLCanvasElement>('[data-test=decoded]')!;
        let last = performance.now();
        const frame = (now: number): void => {
          watched.frames.push(now - last);
          last = now;
          watched.pictures.add(decoded.toDataURL());
          requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      });
      const before = await number('step');
      await browser.startTracing(page, { categories: ['toplevel', '__metadata'] });
      await page.mouse.move(...place(0));
      await page.mouse.down();
      for (let i = 1; i <= 60; i++) {
        await page.mouse.move(...place(i));
        await page.waitForTimeout(10);
      }
      await page.mouse.up();
      const tasks = tasksOf(await browser.stopTracing());
      await reaches(before + 2); // it went on
      const { frames, pictures } = await page.evaluate(() => {
        const watched = window as unknown as { frames: number[]; pictures: Set<string> };
        return { frames: watched.frames.slice(2), pictures: watched.pictures.size };
      });
      expect(pictures).toBeGreaterThan(10);
      // Of the processor's time: on a busy machine the clock says little.
      expect(tasks.length).toBeGreaterThan(60);
      expect(Math.max(...tasks)).toBeLessThan(100);
      if (process.env.DOCS_QUIET) expect(Math.max(...frames)).toBeLessThan(100);
      expect(await number('latency')).toBeGreaterThan(0);
    },
  );

  test('laws: digits held back are shown where they lie', async () => {
    await open('/live/vae.html?engine=simd');
    await at('main').click();
    await reaches(20);
    await pause();
    const digits = await at('latent-pad').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
    await at('shows').selectOption('codes');
    expect(await at('latent-pad').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL())).not.toBe(digits);
    expect(await page.getByText(`where ${HELD} digits lie`).count()).toBe(1);
  });
});

describe('the VAE as a page', () => {
  test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps, in a page opened anew', async () => {
    await open('/live/vae.html?engine=simd&seed=5&latents=16&learns=denoise');
    await at('main').click();
    await reaches(25);
    await pause();
    const step = await number('step');
    const [again, decoded] = [await grey('again'), await grey('decoded')];
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await page.waitForFunction(() => document.querySelector('[data-test=notice]')?.textContent?.startsWith('Kept'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`vae-${step}.safetensors`);
    const file = await readFile(await download.path());

    await page.close(); // as if the tab had been killed
    await openPage();
    await open('/live/vae.html?engine=wasm');
    await at('open-kept').click();
    await becomes('paused');
    expect(await number('step')).toBe(step);
    expect(await page.getByLabel('Seed').inputValue()).toBe('5');
    expect(await at('latents').inputValue()).toBe('16');
    expect(await at('learns').inputValue()).toBe('denoise');
    await page.waitForTimeout(1_500);
    expect(difference(await grey('again'), again)).toBeLessThan(1); // the same model, on another engine
    expect(difference(await grey('decoded'), decoded)).toBeLessThan(2);
    await at('main').click();
    await reaches(step + 2);

    await at('file').setInputFiles({ name: 'a.safetensors', mimeType: 'application/octet-stream', buffer: file });
    await becomes('paused');
    expect(await number('step')).toBe(step);
    await page.getByRole('button', { name: 'Step' }).click();
    await page.waitForFunction((s) => Number(document.querySelector('[data-test=step]')?.textContent) === s, step + 1);

    const wrong = Buffer.from('this is no checkpoint');
    await at('file').setInputFiles({ name: 'b.safetensors', mimeType: 'application/octet-stream', buffer: wrong });
    await at('failure').waitFor();
    expect(await text('failure')).toMatch(/safetensors/);
    await becomes('idle');
  });

  test('laws: no wider than a phone and without serious faults of access, in light and dark, while it trains', async () => {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height: 740 });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open('/live/vae.html?engine=simd');
      await at('main').click();
      await reaches(3);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.addScriptTag({ path: axe });
      const found = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run(root: string): Promise<{ violations: Violation[] }> } };
        type Violation = { id: string; impact: string; nodes: { html: string }[] };
        const { violations } = await axe.run('.lab');
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      });
      expect(found).toEqual([]);
    }
  });

  test('laws: its first load is small, and what looks make, they free', async () => {
    let bytes = 0;
    page.on('response', async (response) => {
      const body = await response.body().catch(() => Buffer.alloc(0));
      if (/\.(js|css|html)$/.test(new URL(response.url()).pathname)) bytes += gzipSync(body).length;
    });
    await open('/live/vae.html?engine=simd');
    await page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(400 * 1024);
    await at('main').click();
    await reaches(20);
    await pause();
    const memory = await number('memory');
    for (const digit of [1, 2, 3]) await at(`take-${digit}`).click();
    await at('main').click();
    await reaches((await number('step')) + 20);
    await pause();
    expect(await number('memory')).toBe(memory);
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

/** Milliseconds of the processor that each task of the page's main thread took. */
function tasksOf(trace: Buffer): number[] {
  interface TraceEvent {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly tdur?: number;
    readonly args?: { readonly name?: string };
  }
  const { traceEvents: events } = JSON.parse(trace.toString()) as { readonly traceEvents: readonly TraceEvent[] };
  const mains = new Set(
    events
      .filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain')
      .map(({ pid, tid }) => `${pid}:${tid}`),
  );
  return events
    .filter(({ ph, tdur, pid, tid }) => ph === 'X' && tdur !== undefined && mains.has(`${pid}:${tid}`))
    .map(({ tdur }) => tdur! / 1_000);
}
