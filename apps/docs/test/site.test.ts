import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { faultsOfAccess } from './site/axe.js';
import { firstLoad } from './site/first-load.js';
import { ALIVE, labPage } from './site/lab-page.js';
import { brokenLinks, headOf, pagesOf } from './site/site-files.js';
import { SITE, visits } from './site/visits.js';

/** The site as a stranger finds it: every page that was built, whatever is written on it. */
const MOST = 400 * 1024;

const all = existsSync(SITE) ? pagesOf(SITE) : [];
const reference = all.filter((path) => path.startsWith('reference/'));
/** All that are looked at in the browser: of the generated pages, which are alike, the first and the one of middle length. */
const byLength = reference.sort((a, b) => statSync(join(SITE, a)).size - statSync(join(SITE, b)).size);
const middle = byLength.length >> 1;
const pages = [
  ...all.filter((path) => !path.startsWith('reference/') || path === 'reference/index.html'),
  ...byLength.slice(middle, middle + 1),
];

const visit = visits({ reducedMotion: 'reduce' });
const { at, number, train, reaches, open } = labPage(visit);

describe('the files', () => {
  test('laws: every link and anchor inside the site leads somewhere', () => {
    expect(pages).not.toEqual([]);
    // A site built from the sources has no reference: only then may links to it lead nowhere.
    const broken = brokenLinks(SITE, visit.base).filter(
      (link) => reference.length > 0 || !/ → \S*\/reference\//.test(link),
    );
    expect(broken).toEqual([]);
  });

  test('laws: every page has one heading of the first level, a title and a description', () => {
    const wanting = all
      .filter((path) => path !== '404.html') // filled in by the browser
      .map((path) => ({ path, ...headOf(SITE, path) }))
      .filter(({ headings, title, description }) => headings !== 1 || title === '' || description === '');
    expect(wanting).toEqual([]);
  });
});

test.each(pages)(
  'laws: %s is light, axe finds no serious fault by day and by night, and no phone scrolls it sideways',
  async (path) => {
    const { page } = visit;
    await page.setViewportSize({ width: 360, height: 740 });
    const { bytes, files } = await firstLoad(visit, async () => {
      await page.goto(`${visit.url}/${path}`);
      if (path.startsWith('live/')) await page.locator(ALIVE).first().waitFor();
    });
    // The index of the reference links to all of it, which VitePress fetches ahead.
    if (!path.startsWith('reference/')) expect(bytes, JSON.stringify(files.slice(0, 8))).toBeLessThanOrEqual(MOST);
    expect(bytes).toBeGreaterThan(10_000);

    for (const [colorScheme, width] of [
      ['light', 360],
      ['dark', 360],
      ['dark', 1280], // where side bars are shown
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.locator(colorScheme === 'dark' ? 'html.dark' : 'html:not(.dark)').waitFor();
      await page.setViewportSize({ width, height: 800 });
      expect(await faultsOfAccess(page), `${colorScheme}, ${width} wide`).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth), 'pixels').toBeLessThanOrEqual(width);
    }
  },
);

test('laws: a tab that dies in mid-training is opened again, and its run goes on', async () => {
  await open('flow.html?engine=simd&seed=7');
  await train();
  await reaches(20);
  await at('open-kept').waitFor(); // it is kept without being asked
  const dead = visit.page.waitForEvent('crash');
  await visit.page.goto('chrome://crash').catch(() => {}); // as when the browser wants its memory back
  await dead;

  await visit.newPage();
  await open('flow.html?engine=simd');
  const offer = at('go-on');
  await offer.waitFor();
  const kept = Number(/\d+/.exec((await offer.textContent())!)![0]);
  expect(kept).toBeGreaterThan(0);
  await offer.click();
  await reaches(kept + 5);
  expect(await visit.page.getByLabel('Seed').inputValue()).toBe('7');
  expect(await offer.count()).toBe(0);
  expect(await number('step')).toBeGreaterThan(kept);
});
