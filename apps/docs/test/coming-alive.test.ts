import { beforeEach, describe, expect, test } from 'vitest';
import { ALIVE, labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** What a visitor does before the page has come to life: here the browser never finds the time for it by itself. */
const visit = visits();
const { at, reaches, train } = labPage(visit);

beforeEach(async () => {
  await visit.page.addInitScript(() => Object.assign(globalThis, { requestIdleCallback: () => 0 }));
});

/** Opens a page of which all has been loaded, and a laboratory that does nothing yet. */
async function openEarly(page: string): Promise<void> {
  await visit.page.goto(`${visit.url}/live/${page}`, { waitUntil: 'networkidle' });
  expect(await visit.page.locator('.lab').count()).toBe(1);
  expect(await visit.page.locator(ALIVE).count()).toBe(0);
}

describe('a laboratory', () => {
  test('laws: begins to train at the first click', async () => {
    await openEarly('flow.html?engine=simd&seed=3');
    await train();
    await reaches(2);
    expect(await visit.page.getByLabel('Seed').inputValue()).toBe('3');
  });

  test('laws: begins to train at the first key', async () => {
    await openEarly('vae.html?engine=simd');
    await visit.page.keyboard.press('Tab');
    await at('main').press('Enter');
    await reaches(1);
  });

  test('laws: takes what is chosen and typed first', async () => {
    await openEarly('flow.html?engine=simd');
    await at('maps').selectOption('affine');
    expect(new URL(visit.page.url()).searchParams.get('maps')).toBe('affine');
    await openEarly('text.html?engine=simd');
    await at('prompt').fill('Ahab ');
    expect(await visit.page.locator(ALIVE).count()).toBe(1);
    expect(await at('prompt').inputValue()).toBe('Ahab ');
  });

  test('laws: takes the first stroke of a drawing', async () => {
    await openEarly('flow.html?engine=simd');
    await at('pad').scrollIntoViewIfNeeded();
    const box = (await at('pad').boundingBox())!;
    const { mouse } = visit.page;
    await mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await mouse.down();
    await mouse.move(box.x + 0.7 * box.width, box.y + 0.5 * box.height, { steps: 8 });
    await mouse.up();
    expect(await at('density').inputValue()).toBe('drawn');
  });

  test('laws: is left without a fault, and the next one trains', async () => {
    await openEarly('flow.html');
    await visit.page.getByRole('link', { name: 'VAE: digits' }).first().click();
    await visit.page.waitForURL(/\/live\/vae/);
    await visit.page.locator(ALIVE).waitFor(); // it was not there before
    await train();
    await reaches(1);
  });

  test('laws: loads what draws its curves when they come into sight', async () => {
    const { page } = visit;
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.setViewportSize({ width: 360, height: 740 });
    await openEarly('flow.html?engine=simd');
    await train();
    await reaches(3);
    expect(asked.filter((address) => /uPlot/i.test(address))).toEqual([]);
    expect(await at('chart').locator('canvas').count()).toBe(0);
    await at('chart').scrollIntoViewIfNeeded();
    await at('chart').locator('canvas').waitFor();
  });
});

describe('what is around it', () => {
  test('laws: opens a menu under the pointer, and the side bar on a phone, whose links lead on', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 1280, height: 800 });
    await openEarly('flow.html');
    const menu = page.locator('.VPNavBarMenu');
    await menu.getByRole('button', { name: 'Laboratories' }).hover();
    await menu.getByRole('link', { name: 'Shapes in space' }).click();
    await page.waitForURL(/\/live\/shapes/);

    await page.setViewportSize({ width: 360, height: 740 });
    await openEarly('flow.html');
    await page.getByRole('button', { name: 'Menu', exact: true }).click();
    await page.locator('.VPSidebar.open').waitFor();
    await page.locator('.VPSidebar').getByRole('link', { name: 'Side by side' }).click();
    await page.waitForURL(/\/live\/side-by-side/);
  });
});
