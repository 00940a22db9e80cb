import { cpus, loadavg } from 'node:os';
import { describe, expect, test } from 'vitest';
import { faultsOfAccess } from './site/axe.js';
import { firstLoad } from './site/first-load.js';
import { labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** The home page: a model learns in it by itself, and only while somebody can see it. */
const visit = visits();
const { at, text, number, button, until, reaches } = labPage(visit);

const open = (site = visit.url) => visit.page.goto(`${site}/`);
const becomes = (state: string) => visit.page.locator(`[data-test=live][data-state=${state}]`).waitFor();

/** How many shades of ink the digits show, and how much ink there is, from 0 to 1. */
const ink = () =>
  at('digits').evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    const alpha = data.filter((_, i) => i % 4 === 3);
    return { shades: new Set(alpha).size, mean: alpha.reduce((sum, a) => sum + a, 0) / alpha.length / 255 };
  });

/** Whether the step stays where it is, for as long as many steps take. */
async function stands(): Promise<void> {
  const step = await number('step');
  await visit.page.waitForTimeout(600);
  expect(await number('step')).toBe(step);
}

/** The tab goes into the background, or comes back. */
const hide = (hidden: boolean) =>
  visit.page.evaluate((value) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => value });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);

describe('the model of the home page', () => {
  test('known answers: learns without a click, its loss falls, and grey turns into digits', async () => {
    const opened = performance.now();
    await open();
    await reaches(1);
    const waited = performance.now() - opened;
    const early = await number('loss');
    await reaches(300);
    expect(await at('live').getAttribute('data-state')).toBe('learning');
    expect(await number('loss')).toBeLessThan(Math.min(200, 0.7 * early)); // from 543 = 784 log 2 nats
    const { shades, mean } = await ink();
    expect(shades).toBeGreaterThan(60);
    expect(mean).toBeGreaterThan(0.03);
    expect(mean).toBeLessThan(0.25); // a digit is an eighth ink
    expect(await text('engine')).toBe('simd');
    expect(await number('milliseconds')).toBeGreaterThan(0);
    // A promise of the page, which a machine that is busy with something else does not keep.
    if (loadavg()[0]! <= cpus().length + 1) expect(waited).toBeLessThan(5_000);
  });

  test('laws: nothing runs while the tab is hidden, the figure is out of sight, or it was paused', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 1280, height: 700 });
    await open();
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

    await button('Pause').click();
    await becomes('paused');
    await stands();
    await button('Go on').press('Enter');
    await reaches((await number('step')) + 5);
  });

  test('laws: whoever prefers reduced motion is asked first, and nothing is loaded before; others wait for the first paint alone', async () => {
    const { page } = visit;
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const { files } = await firstLoad(visit, open);
    const code = files.filter(({ path }) => /\.(js|css|html)$/.test(path));
    const bytes = code.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(200 * 1024);
    expect(await at('live').getAttribute('data-state')).toBe('waiting');
    expect(asked.filter((address) => /worker/.test(address))).toEqual([]);
    await button('Start').click();
    await reaches(3);

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

  test('laws: it learns without isolation too', async () => {
    await open(await visit.serveAgain({ isolated: false }));
    expect(await visit.page.evaluate(() => crossOriginIsolated)).toBe(false);
    await reaches(30);
    expect(await number('loss')).toBeLessThan(500);
  });

  test('errors: a worker that cannot be had is told, and the page goes on', async () => {
    const { page } = visit;
    await page.route(/worker/, (route) => route.abort());
    await open();
    await becomes('failed');
    await until('told', /./);
    await page.unroute(/worker/);
    await button('Try again').click();
    await reaches(3);
    const told = visit.faults.splice(0);
    expect(told.every((fault) => fault.includes('ERR_FAILED'))).toBe(true);
  });
});

test('laws: on a phone nothing moves while it learns or scrolls sideways, axe finds no serious fault, every laboratory has its link', async () => {
  const { page } = visit;
  await page.addInitScript(() => {
    const shifts = { total: 0 };
    Object.assign(globalThis, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.total += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });
  await page.setViewportSize({ width: 360, height: 740 });
  await open();
  await reaches(100);
  const total = await page.evaluate(() => (globalThis as unknown as { shifts: { total: number } }).shifts.total);
  expect(total).toBeLessThan(0.02);

  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    const box = (await at('digits').boundingBox())!;
    expect(box.y + box.height, 'the digits are on the first screen').toBeLessThanOrEqual(740);
    expect(await faultsOfAccess(page), colorScheme).toEqual([]);
  }
  const links = await at('laboratories').getByRole('link').all();
  expect(links.length).toBeGreaterThanOrEqual(5);
  for (const link of links) {
    const answer = await page.request.get(new URL((await link.getAttribute('href'))!, page.url()).href);
    expect(answer.status()).toBe(200);
  }
});
