import { existsSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { describe, expect, test } from 'vitest';
import { brokenLinks, headOf, pagesOf } from './site/site-files.js';
import { SITE, type Visits, visits } from './site/visits.js';

/** The site as a stranger finds it: every page that was built, whatever is written on it. */
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const MOST = 400 * 1024;

const all = existsSync(SITE) ? pagesOf(SITE) : [];
const reference = all.filter((path) => path.startsWith('reference/'));
/** All that are looked at in the browser: of the generated pages, which are alike, the one of middle length. */
const byLength = reference.sort((a, b) => statSync(join(SITE, a)).size - statSync(join(SITE, b)).size);
const middle = byLength.length >> 1;
const pages = [...all.filter((path) => !path.startsWith('reference/')), ...byLength.slice(middle, middle + 1)];
const live = pages.filter((path) => path.startsWith('live/'));

let page: Page;
let visit: Visits;
visits(
  (opened, one) => {
    page = opened;
    visit = one;
  },
  { reducedMotion: 'reduce' },
);

/** Opens a page and waits until it has come alive and asks for nothing more. */
async function open(path: string): Promise<void> {
  await page.goto(`${visit.url}/${path}`, { waitUntil: 'networkidle' });
  if (path.startsWith('live/')) await page.locator('.lab button').first().waitFor();
}

/** What axe finds to be serious or critical, as `rule: where`. */
async function unfair(): Promise<string[]> {
  await page.addScriptTag({ content: AXE });
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } };
    interface Violation {
      readonly id: string;
      readonly impact: string;
      readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
    }
    const { violations } = await axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
  });
}

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

describe.each(pages)('the page %s', (path) => {
  test('laws: axe finds no serious fault in light and dark, and on a phone nothing scrolls sideways', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await open(path);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      expect(wide, 'pixels wide').toBeLessThanOrEqual(360);
      expect(await unfair(), colorScheme).toEqual([]);
    }
    await page.setViewportSize({ width: 1280, height: 800 }); // where side bars are shown
    expect(await unfair(), 'wide').toEqual([]);
  });
});

describe.each(live)('the laboratory %s', (path) => {
  test('known answers: its first load is at most 400 KB compressed', async () => {
    const sizes = new Map<string, number>();
    page.on('request', (request) => {
      if (!request.url().startsWith(visit.url)) return;
      const { pathname } = new URL(`http://site${request.url().slice(visit.url.length)}`);
      if (sizes.has(pathname)) return;
      // From the file: the browser does not give out all bodies, those of preloaded modules for instance.
      sizes.set(pathname, gzipSync(readFileSync(join(SITE, decodeURIComponent(pathname)))).length);
    });
    await open(path);
    await page.waitForTimeout(500);
    const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, 8);
    expect(total, JSON.stringify(largest)).toBeLessThanOrEqual(MOST);
    expect(total).toBeGreaterThan(10_000);
  });
});

const at = (name: string) => page.locator(`[data-test="${name}"]`);
const step = () => at('step').textContent().then(Number);
const stepIs = (least: number) =>
  page.waitForFunction((n) => Number(document.querySelector('[data-test="step"]')?.textContent) >= n, least, {
    timeout: 120_000,
  });

test('laws: a tab that dies in mid-training is opened again, and its run goes on', async () => {
  await open('live/flow.html?engine=simd&seed=7');
  await at('main').click();
  await stepIs(20);
  await at('open-kept').waitFor({ timeout: 60_000 }); // it is kept without being asked
  const dead = page.waitForEvent('crash');
  await page.goto('chrome://crash').catch(() => {}); // as when the browser wants its memory back
  await dead;

  page = await visit.newPage();
  await open('live/flow.html?engine=simd');
  const offer = at('go-on');
  await offer.waitFor();
  const kept = Number(/\d+/.exec((await offer.textContent())!)![0]);
  expect(kept).toBeGreaterThan(0);
  await offer.click();
  await stepIs(kept + 5);
  expect(await page.getByLabel('Seed').inputValue()).toBe('7');
  expect(await offer.count()).toBe(0);
  expect(await step()).toBeGreaterThan(kept);
});
