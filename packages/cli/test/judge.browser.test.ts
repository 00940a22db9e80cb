import { mkdir, writeFile } from 'node:fs/promises';
import { encodePng } from '@genai/data';
// @boundaries-ignore the browser of the workspace's tests
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judgeProcess, linesOf } from './judge-process.js';
import { type World, world } from './world.js';

let browser: Browser;

beforeAll(async () => {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-quic', '--no-first-run'] });
});

afterAll(() => browser?.close());

/** A page of a judge of its own; fails on any error in it and any request elsewhere. */
async function opened(place: World, argv: readonly string[], act: (page: Page, url: string) => Promise<void>) {
  const { url, stop } = await judgeProcess(place, argv);
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (asked) => {
    if (!asked.url().startsWith(url) && !/^(data|blob):/.test(asked.url())) faults.push(`outside: ${asked.url()}`);
  });
  try {
    await act(page, `${url}/?rater=eve`);
  } finally {
    await page.close();
    expect((await stop()).code).toBe(0);
  }
  expect(faults).toEqual([]);
}

/** Votes count once the page has had its answer, and there is something to judge. */
const atRest = (page: Page): Promise<void> => page.locator('body[aria-busy="false"]').waitFor();

test('known answers: ten votes by keyboard on pictures, one of them taken back; none names a system', async () => {
  await using place = await world();
  for (const [name, shade] of Object.entries({ darksystem: 10, lightsystem: 240 })) {
    await mkdir(place.path(name));
    for (let i = 0; i < 10; i++) {
      const png = encodePng({ width: 4, height: 4, channels: 1, data: new Uint8Array(16).fill(shade + i) });
      await writeFile(place.path(name, `${i}.png`), png);
    }
  }
  await opened(place, ['dark=darksystem', 'light=lightsystem', '--out', 'votes.jsonl'], async (page, url) => {
    await page.goto(url);
    const count = page.locator('#count');
    const reaches = (text: string) => expect.poll(() => count.textContent()).toBe(text);
    const pictures = page.locator('.side img');
    const isShown = () =>
      pictures.evaluateAll(
        (list) => list.length === 2 && list.every((image) => (image as HTMLImageElement).naturalWidth === 4),
      );
    const ready = async () => {
      await atRest(page);
      await expect.poll(isShown).toBe(true);
    };
    const keys = [
      'ArrowLeft',
      'ArrowRight',
      'ArrowDown',
      'ArrowUp',
      'ArrowLeft',
      'ArrowRight',
      'ArrowDown',
      'ArrowLeft',
      'ArrowLeft',
      'ArrowRight',
    ];
    await reaches('0 of 10');
    for (const [i, key] of keys.entries()) {
      await ready();
      expect(await page.content()).not.toMatch(/darksystem|lightsystem|dark=|light=|\.png/);
      await page.keyboard.press(key);
      await reaches(i === 9 ? '10 judged: enough' : `${i + 1} of 10`);
      if (i === 4) {
        await ready();
        await page.keyboard.press('z');
        await reaches('4 of 10');
        await expect.poll(() => page.locator('#status').textContent()).toBe('Taken back.');
        await ready();
        await page.keyboard.press('ArrowLeft');
        await reaches('5 of 10');
      }
    }
    await expect.poll(() => page.locator('#end-title').isVisible()).toBe(true);
    expect(await page.locator('#more').isVisible()).toBe(false);
    await page.reload();
    await reaches('10 judged: enough');
  });
  const lines = await linesOf(place, 'votes.jsonl');
  const choices = lines.filter(({ kind }) => kind === 'vote').map(({ choice }) => choice);
  expect(choices).toEqual([
    'left',
    'right',
    'tie',
    'both bad',
    'left',
    'left',
    'right',
    'tie',
    'left',
    'left',
    'right',
  ]);
  expect(lines.filter(({ kind }) => kind === 'retraction')).toHaveLength(1);
  expect(lines.filter(({ kind }) => kind === 'vote').every(({ ms }) => (ms as number) > 0)).toBe(true);
});

test('known answers: texts are rated by keys and buttons, with a prompt, on a phone; there is more if one likes', async () => {
  await using place = await world();
  const line = (i: number) => JSON.stringify({ text: `A <b>text</b> ${i}`, prompt: `Ask ${i}` });
  await writeFile(place.path('a.jsonl'), [0, 1, 2].map(line).join('\n'));
  await opened(place, ['a=a.jsonl', '--rate', '--votes', '2', '--out', 'votes.jsonl'], async (page, url) => {
    await page.setViewportSize({ width: 360, height: 640 });
    await page.goto(url);
    await expect.poll(() => page.locator('.text').textContent()).toMatch(/^A <b>text<\/b> \d$/); // as it is, no markup
    const number = (await page.locator('.text').textContent())!.at(-1);
    expect(await page.locator('#prompt').textContent()).toBe(`Ask ${number}`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    await atRest(page);
    await page.keyboard.press('4');
    await expect.poll(() => page.locator('#count').textContent()).toBe('1 of 2');
    await atRest(page);
    await page.getByRole('button', { name: 'Bad' }).click();
    await expect.poll(() => page.locator('#more').isVisible()).toBe(true);
    await atRest(page);
    await page.keyboard.press('5'); // nothing is shown: no vote
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.text').count()).toBe(1);
    await atRest(page);
    await page.keyboard.press('3');
    await expect.poll(() => page.locator('#end-text').textContent()).toBe('You have judged all there is.');
  });
  const ratings = (await linesOf(place, 'votes.jsonl')).filter(({ kind }) => kind === 'rating');
  expect(ratings.map(({ value }) => value)).toEqual([4, 1, 3]);
});
