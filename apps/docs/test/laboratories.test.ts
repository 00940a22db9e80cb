import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { serve } from '../scripts/serve.mjs';
import { SITE, type Visits, visits } from './site/visits.js';

/** The laboratories of densities of the plane, and what is common to all: shared controls, checkpoints, the phone. */
const LABS = ['flow', 'gan'] as const;

let page: Page;
let visit: Visits;
visits(
  (opened, one) => {
    page = opened;
    visit = one;
  },
  { acceptDownloads: true },
);

const at = (name: string) => page.locator(`[data-test="${name}"]`);
const number = async (name: string) => Number.parseFloat((await at(name).textContent()) ?? '');
const open = async (path: string, base = visit.url) => {
  await page.goto(`${base}${path}`);
  await at('main').waitFor();
};

/** Waits until the number in an element is at least `least`, or at most `most`. */
const reaches = (name: string, { least = -1e9, most = 1e9 }: { least?: number; most?: number }, on = page) =>
  on.waitForFunction(
    ([selector, a, b]) => {
      const value = Number.parseFloat(document.querySelector(selector)?.textContent ?? '');
      return value >= a && value <= b;
    },
    [`[data-test="${name}"]`, least, most] as const,
    { timeout: 200_000 },
  );

const becomes = (state: string) =>
  page.waitForFunction((s) => document.querySelector('.lab')?.getAttribute('data-state') === s, state, {
    timeout: 100_000,
  });

/** How many different colours a canvas shows. */
const colours = (name: string) =>
  at(name).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

describe('the flow', () => {
  test('known answers: comes near to the entropy on simd, and the curve goes on when the engine is changed', async () => {
    await open('/live/flow.html?seed=3&engine=simd');
    expect(await page.getByLabel('Seed').inputValue()).toBe('3');
    expect(await page.getByLabel('Engine').inputValue()).toBe('simd');
    await at('main').click();
    await reaches('step', { least: 3 });
    const first = await number('metric-−log p');
    await reaches('excess', { most: 0.25 });
    expect(await number('excess')).toBeGreaterThan(-0.1); // no model is below the entropy but by chance
    expect(await number('nats')).toBeLessThan(first);
    expect(await at('captured').textContent()).toContain('replayed');
    expect(await colours('plane')).toBeGreaterThan(50);

    await page.getByLabel('Engine').selectOption('wasm');
    await page.waitForFunction(() => document.querySelector('[data-test=engine]')?.textContent === 'wasm');
    const swapped = await number('step');
    expect(swapped).toBeGreaterThan(20);
    await reaches('step', { least: swapped + 5 });
    expect(await number('excess')).toBeLessThan(0.4);
    expect(await number('memory')).toBeGreaterThan(0);
  });

  test('laws: the slider goes from noise to data through the maps', async () => {
    await open('/live/flow.html?engine=simd');
    await at('main').click();
    await reaches('step', { least: 30 });
    await at('main').click();
    await becomes('paused');
    const shots: string[] = [];
    for (const [stage, told] of [
      ['0', 'noise'],
      ['50', 'after 2.0 of 4 maps'],
      ['100', 'data'],
    ] as const) {
      await at('stage').fill(stage);
      expect(await at('told').textContent()).toBe(told);
      shots.push(await at('plane').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()));
    }
    expect(new Set(shots).size).toBe(3);
  });

  test('laws: a drawing is learnt while it trains', async () => {
    await open('/live/flow.html?engine=simd');
    await at('main').click();
    await reaches('step', { least: 5 });
    const moons = await number('metric-entropy');
    const box = (await at('pad').boundingBox())!;
    const place = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    await page.mouse.move(...place(0.3, 0.5));
    await page.mouse.down();
    await page.mouse.move(...place(0.7, 0.5), { steps: 8 });
    await page.mouse.up();
    expect(await at('density').inputValue()).toBe('drawn');
    await page.waitForFunction(
      (before) => Number(document.querySelector('[data-test="metric-entropy"]')?.textContent) < before - 0.3,
      moons,
    );
    await reaches('excess', { most: 0.5 }); // the short line
  });
});

describe('the GAN', () => {
  test('known answers: reaches at least six of eight modes, the engine changed on the way', async () => {
    await open('/live/gan.html?engine=wasm');
    await at('main').click();
    await reaches('step', { least: 5 });
    expect(await at('engine').textContent()).toBe('wasm');
    const early = await number('near');
    await page.getByLabel('Engine').selectOption('simd');
    await page.waitForFunction(() => document.querySelector('[data-test=engine]')?.textContent === 'simd');
    await reaches('modes', { least: 6 });
    await reaches('near', { least: 40 });
    expect(await number('near')).toBeGreaterThan(early);
    expect(await number('modes-of')).toBe(8);
    expect(await colours('plane')).toBeGreaterThan(50);
  });

  test.each(['non-saturating', 'wasserstein'])('laws: %s plays too, and a change of loss begins anew', async (loss) => {
    await open('/live/gan.html?engine=simd');
    await at('loss').selectOption(loss);
    expect(new URL(page.url()).searchParams.get('loss')).toBe(loss);
    await at('main').click();
    await reaches('step', { least: 20 });
    await at('loss').selectOption('relativistic');
    await reaches('step', { least: 1, most: 19 });
    expect(await at('failure').count()).toBe(0);
  });
});

describe.each(LABS)('the laboratory %s', (lab) => {
  test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps, in a page opened anew', async () => {
    await open(`/live/${lab}.html?engine=simd&seed=5&density=rings`);
    await at('main').click();
    await reaches('step', { least: 25 });
    await at('main').click();
    await becomes('paused');
    await page.waitForTimeout(600);
    const step = await number('step');
    await page.getByRole('button', { name: 'Keep in this browser' }).click();
    await page.waitForFunction(() => document.querySelector('[data-test=notice]')?.textContent?.startsWith('Kept'));
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`${lab}-${step}.safetensors`);
    const file = await readFile(await download.path());

    await page.close(); // as if the tab had been killed
    page = await visit.newPage();
    await open(`/live/${lab}.html?engine=wasm`);
    await at('open-kept').click();
    await becomes('paused');
    expect(await number('step')).toBe(step);
    expect(await page.getByLabel('Seed').inputValue()).toBe('5');
    expect(await at('density').inputValue()).toBe('rings');
    await at('main').click();
    await reaches('step', { least: step + 2 });

    await at('file').setInputFiles({ name: 'a.safetensors', mimeType: 'application/octet-stream', buffer: file });
    await becomes('paused');
    expect(await number('step')).toBe(step);
    await page.getByRole('button', { name: 'Step' }).click();
    await reaches('step', { least: step + 1, most: step + 1 });

    const wrong = Buffer.from('this is no checkpoint');
    await at('file').setInputFiles({ name: 'b.safetensors', mimeType: 'application/octet-stream', buffer: wrong });
    await at('failure').waitFor();
    expect(await at('failure').textContent()).toMatch(/safetensors/);
    await becomes('idle');
  });

  test('laws: it works with the keyboard alone', async () => {
    await open(`/live/${lab}.html?engine=simd`);
    const press = async (name: string, key = 'Enter') => {
      await tabTo(name);
      await page.keyboard.press(key);
    };
    await tabTo('main');
    await page.keyboard.press('Enter');
    await reaches('step', { least: 3 });
    await page.keyboard.press('Enter');
    await becomes('paused');
    await press('pad', ' '); // the first blob
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
    expect(await at('density').inputValue()).toBe('drawn');
    await press('density', 'ArrowUp');
    expect(await at('density').inputValue()).toBe('gaussians');
    await page.waitForTimeout(600);
    const before = await number('step');
    await tabTo('main');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // Step
    await reaches('step', { least: before + 1, most: before + 1 });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // Reset
    await becomes('idle');
    expect(await number('step')).toBe(0);
  });

  test('laws: on a phone nothing scrolls sideways, in light and dark, while it trains', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(`/live/${lab}.html?engine=simd`);
      await at('main').click();
      await reaches('step', { least: 3 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await at('chart').evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    }
  });

  test('laws: it trains without isolation, and its first load is small', async () => {
    const elsewhere = await serve(SITE, { isolated: false });
    try {
      let bytes = 0;
      page.removeAllListeners('request');
      page.on('response', async (response) => {
        const body = await response.body().catch(() => Buffer.alloc(0));
        const { gzipSync } = await import('node:zlib');
        if (/\.(js|css|html)$/.test(new URL(response.url()).pathname)) bytes += gzipSync(body).length;
      });
      await open(`/live/${lab}.html`, elsewhere.url);
      await page.waitForLoadState('networkidle');
      expect(bytes).toBeGreaterThan(10_000);
      expect(bytes).toBeLessThanOrEqual(400 * 1024);
      await page.getByLabel('Engine').selectOption('simd');
      await at('main').click();
      await reaches('step', { least: 10 });
      expect(await at('device').textContent()).toMatch(/, 1 thread$/);
    } finally {
      elsewhere.server.closeAllConnections();
      elsewhere.server.close();
    }
  });
});

test('errors: an engine that is not there is told, and the one in use goes on', async () => {
  await open('/live/flow.html?engine=simd');
  await at('main').click();
  await reaches('step', { least: 5 });
  await page.getByLabel('Engine').selectOption('webgpu');
  await at('failure').waitFor();
  expect(await at('failure').textContent()).toMatch(/webgpu/);
  const step = await number('step');
  await reaches('step', { least: step + 3 });
  expect(await at('engine').textContent()).toBe('simd');
});

/** Moves on by Tab until the element with that name has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const there = await page.evaluate((n) => document.activeElement?.getAttribute('data-test') === n, name);
    if (there) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${name}`);
}
