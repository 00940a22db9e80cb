import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { CONTESTANTS, TITLES } from '../lab/side/contestants.js';
import { type Visits, visits } from './site/visits.js';

/** The laboratory in which all families learn one density in one time. */
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
const text = async (name: string) => (await at(name).textContent()) ?? '';
const number = async (name: string) => Number((await text(name)).replaceAll(/[^\d.-]/g, '') || Number.NaN);
const open = async (query: string) => {
  await page.goto(`${visit.url}/live/side-by-side.html?${query}`);
  await at('main').waitFor();
};
const becomes = (state: string) =>
  page.waitForFunction((s) => document.querySelector('.lab')?.getAttribute('data-state') === s, state, {
    timeout: 200_000,
  });
/** Waits until the number in an element is at least `least`. */
const reaches = (name: string, least: number) =>
  page.waitForFunction(
    ([selector, n]) => Number.parseFloat(document.querySelector(selector)?.textContent ?? '') >= n,
    [`[data-test="${name}"]`, least] as const,
    { timeout: 200_000 },
  );
const energies = () => Promise.all(CONTESTANTS.map((name) => number(`energy-${name}`)));

test('known answers: every family comes nearer to the data, in the time that it was given', async () => {
  await open('engine=simd&seconds=5&seed=1&density=moons');
  expect(await page.getByLabel('Seconds each').inputValue()).toBe('5');
  await page.getByRole('button', { name: 'Step', exact: true }).click(); // looked at before and after it
  await becomes('paused');
  await reaches('energy-vae', 0);
  const before = await energies();
  await at('main').click();
  await becomes('paused');
  for (const name of CONTESTANTS) await reaches(`seconds-${name}`, 5);
  const after = await energies();
  for (const [i, name] of CONTESTANTS.entries()) {
    expect(after[i], name).toBeLessThan(0.7 * before[i]!);
    // The last move may reach beyond the time, and one to warm up by more.
    expect(await number(`seconds-${name}`), name).toBeLessThan(7.5);
    expect(await number(`parameters-${name}`), name).toBeGreaterThan(8_500);
    expect(await number(`parameters-${name}`), name).toBeLessThan(9_500);
    expect(await number(`moves-${name}`), name).toBeGreaterThan(10);
    expect(await number(`precision-${name}`), name).toBeGreaterThan(0.2);
  }
  expect(await text('told')).toMatch(/^Each has trained for 5\.0 of 5 s\. The time is up/);

  // Who knows a density has at least the entropy, but for chance; a bound is no less; a GAN has nothing to say.
  const entropy = await number('nats-best');
  for (const name of CONTESTANTS) {
    if (TITLES[name].likelihood === 'none') expect(await text(`nats-${name}`)).toBe('has none');
    else expect(await number(`nats-${name}`), name).toBeGreaterThan(entropy - 0.15);
  }
  expect(await text('nats-vae')).toMatch(/^≤ /);
  expect(await number('nats-flow')).toBeLessThan(entropy + 0.6);

  // More time, and it goes on.
  await at('seconds').fill('6');
  await at('main').click();
  await becomes('running');
  await becomes('paused');
  await reaches('step', 120);
  expect(await text('told')).toContain('of 6 s');
});

test('laws: the engine is changed and the run is kept, opened in a page anew, and goes on', async () => {
  await open('engine=simd&seconds=60&seed=4&density=rings');
  await at('main').click();
  await reaches('step', 3);
  await page.getByLabel('Engine').selectOption('wasm');
  await page.waitForFunction(() => document.querySelector('[data-test=engine]')?.textContent === 'wasm');
  await reaches('step', (await number('step')) + 2);
  await at('main').click();
  await becomes('paused');
  await page.waitForTimeout(1_000);
  await page.getByRole('button', { name: 'Keep in this browser' }).click();
  await page.waitForFunction(() => document.querySelector('[data-test=notice]')?.textContent?.startsWith('Kept'));
  const [step, moves] = [await number('step'), await number('moves-flow')];

  await page.close();
  page = await visit.newPage();
  await open('engine=simd&seconds=60');
  await at('open-kept').click();
  await becomes('paused');
  await reaches('moves-flow', moves);
  expect(await number('step')).toBe(step);
  expect(await page.getByLabel('Seed').inputValue()).toBe('4');
  expect(await at('density').inputValue()).toBe('rings');
  await at('main').click();
  await reaches('step', step + 2);
  expect(await at('failure').count()).toBe(0);
});

test('laws: another density begins anew, and on a phone nothing scrolls sideways while it trains', async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open('engine=simd&seconds=60');
  await at('main').click();
  await reaches('step', 4);
  await at('density').selectOption('gaussians');
  await page.waitForFunction(() => Number(document.querySelector('[data-test=step]')?.textContent) < 4);
  await reaches('step', 1);
  await reaches('energy-transformer', 0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const side = await at('cloud-gan').evaluate((canvas: HTMLCanvasElement) => [canvas.clientWidth, canvas.clientHeight]);
  expect(side[0]).toBe(side[1]);
});
