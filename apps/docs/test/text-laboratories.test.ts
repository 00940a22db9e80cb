import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { gpt2, transformer } from '@genai/transformer';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { attentionMaps } from '../lab/text/attention-maps.js';
import { serve } from '../scripts/serve.mjs';

/** The laboratories of texts. What is common to all is tested beside them, in laboratories.test.ts. */
const site = process.env.DOCS_SITE ?? join(import.meta.dirname, '..', '.vitepress', 'dist');
const OFFLINE = ['--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update'];

test('attention maps: parity with the model, whose logits they lead to; each row sums to 1 and sees nothing behind it', async () => {
  await setBackend('cpu');
  const model = transformer(gpt2({ vocabulary: 11, width: 16, layers: 2, heads: 4, context: 12 }));
  using params = owned(model.init(key(3)));
  const tokens = Int32Array.of(1, 4, 4, 10, 0, 7, 2);
  const { logits, weights, time, layers, heads } = await attentionMaps(model.config, params, tokens);
  using expected = owned(
    scope(() => {
      const start = model.start(params, 1);
      return { logits: model.runToLast!(params, tensor2d(tokens, [1, tokens.length], 'int32'), start).next.logits };
    }),
  );
  const known = await expected.logits.data();
  for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(known[i]!, 5);
  expect([layers, heads, time, weights.length]).toEqual([2, 4, 7, 2 * 4 * 49]);
  for (let row = 0; row < layers * heads * time; row++) {
    const looks = weights.subarray(row * time, (row + 1) * time);
    expect(looks.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
    expect(looks.slice((row % time) + 1).every((weight) => weight === 0)).toBe(true);
  }
});

describe('in the page', () => {
  let browser: Browser;
  let context: BrowserContext;
  let server: Server;
  let url: string;
  let page: Page;
  let faults: string[];

  beforeAll(async () => {
    expect(existsSync(site), 'the site is built: run `pnpm build` first').toBe(true);
    ({ url, server } = await serve(site, { isolated: false })); // one thread, as most hosts serve it
    const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...OFFLINE] });
  });

  afterAll(async () => {
    await browser?.close();
    server?.close();
  });

  beforeEach(async () => {
    context = await browser.newContext({ acceptDownloads: true }); // with storage of its own
    page = await context.newPage();
    faults = [];
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on(
      'request',
      (request) =>
        request.url().startsWith(url) ||
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
  const open = async (path: string) => {
    await page.goto(url + path);
    await at('main').waitFor();
  };
  const until = (name: string, found: (text: string) => boolean) =>
    expect.poll(async () => found((await at(name).first().textContent()) ?? ''), { timeout: 200_000 }).toBe(true);
  const reaches = (step: number) => until('step', (text) => Number(text) >= step);
  const pause = async () => {
    await at('main').click();
    await until('main', (text) => text === 'Go on');
    await settled();
  };
  /** The text is written out, and stays. */
  const settled = async () => {
    let before = '';
    await expect
      .poll(
        async () => {
          const now = (await at('sample').textContent()) ?? '';
          const same = now !== '' && now === before;
          before = now;
          return same;
        },
        { timeout: 30_000, interval: 1_300 },
      )
      .toBe(true);
  };
  /** The probabilities of some bars. */
  const bars = (name: string) =>
    at(name)
      .locator('li[data-probability]')
      .evaluateAll((list) => list.map((item) => Number(item.getAttribute('data-probability'))));
  const expectDistribution = (probabilities: number[]) => {
    expect(probabilities.length).toBeGreaterThan(0);
    expect(probabilities.length).toBeLessThanOrEqual(8);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
    expect(probabilities.reduce((a, b) => a + b)).toBeLessThanOrEqual(1 + 1e-9);
  };

  describe('the text', () => {
    test('known answers: the loss falls on simd in one thread, the curve goes on when the engine is changed', async () => {
      await open('/live/text.html?engine=simd&seed=2');
      await at('main').click();
      await reaches(2);
      const first = await number('metric-loss');
      await reaches(60);
      expect(await at('device').textContent()).toMatch(/, 1 thread$/);
      expect(await at('captured').textContent()).toContain('replayed');
      const later = await number('metric-loss');
      expect(later).toBeLessThan(0.8 * first); // from log 96 to what counts of letters give, about 2.9 nats

      await page.getByLabel('Engine').selectOption('wasm');
      await until('engine', (text) => text === 'wasm');
      const swapped = await number('step');
      await reaches(swapped + 3);
      expect(await number('metric-loss')).toBeLessThan(0.85 * first);
    });

    test('laws: distributions sum to at most 1, in both texts; a typing error surprises; the keyboard is enough', async () => {
      await open('/live/text.html?engine=simd');
      await at('main').focus();
      await page.keyboard.press('Enter');
      await reaches(80);
      await at('main').focus();
      await page.keyboard.press('Space');
      await until('main', (text) => text === 'Go on');
      await settled();
      await at('sample').focus();
      for (const presses of [['End'], ['ArrowLeft', 'ArrowLeft'], ['Home', 'ArrowRight'], ['ArrowDown']]) {
        for (const press of presses) await page.keyboard.press(press);
        expect(await at('sample').locator('[aria-selected=true]').count()).toBe(1);
        expectDistribution(await bars('choices'));
        expect(await at('choices').locator('.came').count()).toBeLessThanOrEqual(1);
      }
      expect(await at('chosen').textContent()).toMatch(/^Its text, character \d+: ./);
      await page.keyboard.press('Escape');
      expect(await at('sample').locator('[aria-selected=true]').count()).toBe(0);

      await at('own').fill('the sea the sea #% the sea');
      await until('read', (text) => text === 'the sea the sea #% the sea');
      const bits = await at('read')
        .locator('[role=option]')
        .evaluateAll((list) =>
          list.map((item) => Number.parseFloat(item.getAttribute('aria-label')!.split(', ').at(-1)!)),
        );
      expect(bits).toHaveLength(26);
      const sum = bits.reduce((a, b) => a + b);
      expect(Math.abs((await number('surprise')) - sum)).toBeLessThan(3);
      expect(Math.min(bits[16]!, bits[17]!)).toBeGreaterThan(bits[1]! + 3); // # and % against the h of "the"
      await at('read').focus();
      await page.keyboard.press('Home');
      expect(await at('chosen').textContent()).toMatch(/^Your text, character 1: t, /);
      expectDistribution(await bars('choices'));
    });

    test('laws: one temperature and number give one text, a low temperature hardly any choice', async () => {
      await open('/live/text.html?engine=simd');
      await at('main').click();
      await reaches(60);
      await pause();
      const before = await at('sample').textContent();
      await page.getByLabel('Temperature').fill('0.1');
      await expect.poll(async () => at('sample').textContent(), { timeout: 20_000 }).not.toBe(before);
      await settled();
      expect((await bars('choices'))[0]).toBeGreaterThan(0.5);
      await page.getByLabel('Temperature').fill('0.7');
      await expect.poll(async () => at('sample').textContent(), { timeout: 20_000 }).toBe(before);
    });

    test('learns the text of somebody else, with another net, and tells of one that is too short', async () => {
      await open('/live/text.html?engine=simd');
      await page.getByRole('combobox', { name: 'Net' }).selectOption('min-gru');
      await page.locator('.to-learn summary').click();
      await at('text').fill('abcabc');
      await at('learn').click();
      await until('failure', (text) => /6 characters.*129/.test(text));
      await at('text').fill('ab–cd '.repeat(200));
      await at('learn').click();
      await reaches(60);
      expect(await number('metric-loss')).toBeLessThan(0.5); // it only has to count to six
      await until('sample', (text) => /(ab–cd ){3}/.test(text));
    });

    test('goes on from its checkpoint: a file, and what is kept in the browser', async () => {
      await open('/live/text.html?engine=simd&seed=5');
      await page.getByRole('combobox', { name: 'Net' }).selectOption('lstm');
      await at('main').click();
      await reaches(20);
      await pause();
      const step = await number('step');
      await page.getByRole('button', { name: 'Keep in this browser' }).click();
      await until('notice', (text) => text.includes('Kept'));
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save file' }).click(),
      ]);
      const file = await readFile(await download.path());

      for (const way of ['file', 'kept'] as const) {
        await open('/live/text.html?engine=simd');
        expect(await page.getByRole('combobox', { name: 'Net' }).inputValue()).toBe('gru');
        if (way === 'kept') await at('open-kept').click();
        else
          await at('file').setInputFiles({ name: 'a.safetensors', mimeType: 'application/octet-stream', buffer: file });
        await until('step', (text) => Number(text) === step);
        expect(await page.getByRole('combobox', { name: 'Net' }).inputValue()).toBe('lstm');
        expect(await page.getByLabel('Seed').inputValue()).toBe('5');
        await at('main').click();
        await reaches(step + 3);
        expect(await number('metric-loss')).toBeLessThan(4);
        await page.getByRole('button', { name: 'Reset' }).click();
      }
    });
  });

  describe('the GPT', () => {
    test('known answers: the loss falls on simd in one thread and on another engine; five steps a second where DOCS_QUIET is set', async () => {
      await open('/live/gpt.html?engine=simd');
      await at('main').click();
      await reaches(2);
      const first = await number('metric-loss');
      await reaches(60);
      expect(await at('device').textContent()).toMatch(/, 1 thread$/);
      expect(await at('captured').textContent()).toContain('replayed');
      expect(await number('metric-loss')).toBeLessThan(0.75 * first);
      if (process.env.DOCS_QUIET) expect(await number('milliseconds')).toBeLessThan(200); // says little on a busy machine
      await page.getByLabel('Engine').selectOption('cpu');
      await until('engine', (text) => text === 'cpu');
      const swapped = await number('step');
      await reaches(swapped + 1);
      expect(await number('metric-loss')).toBeLessThan(0.8 * first);
    });

    test('laws: attention by the keyboard; the bars of the next token; byte pairs', async () => {
      await open('/live/gpt.html?engine=simd');
      await page.getByRole('combobox', { name: 'Tokens' }).selectOption('pairs');
      await at('main').click();
      await reaches(10);
      await pause();
      const tokens = await at('prompt-strip').locator('[role=option]').allTextContents();
      expect(tokens.join('')).toBe('Call me Ishmael. Some years');
      expect(tokens.length).toBeLessThan(20);
      expectDistribution(await bars('next'));

      await at('prompt-strip').focus();
      await page.keyboard.press('Home');
      expect(await at('looks').textContent()).toMatch(/^Token 1, C, looks most at token 1, C: 100 %/);
      await page.keyboard.press('ArrowRight');
      const looked = await at('prompt-strip')
        .locator('[role=option]')
        .evaluateAll((list) =>
          list.map((item) => Number.parseFloat(item.getAttribute('aria-label')!.split('with ')[1]!)),
        );
      expect(looked[0]! + looked[1]!).toBeCloseTo(100, 0);
      expect(looked.slice(2).every((share) => share === 0)).toBe(true);

      const shot = () => at('attention').evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
      const before = await shot();
      await at('layer').selectOption({ value: '1' });
      await at('head').selectOption({ value: '3' });
      expect(await shot()).not.toBe(before);
      expect(await at('attention').getAttribute('aria-label')).toContain('head 4 in layer 2');
    });

    test('laws: what is written matches its expression and its schema, and a wrong one is told of', async () => {
      await open('/live/gpt.html?engine=simd');
      await at('main').click();
      await reaches(30);
      await at('form').selectOption('regex');
      await at('pattern').fill('[A-Z][a-z]{1,6} (sees|seeks) (\\d\\d|no) whales?');
      await until('verdict', (text) => text === 'It matches.');
      await pause();
      await until('verdict', (text) => text === 'It matches.');
      expect(await at('sample').textContent()).toMatch(/^[A-Z][a-z]{1,6} (sees|seeks) (\d\d|no) whales?$/);

      await at('form').selectOption('schema');
      await until('verdict', (text) => text === 'It is JSON with name, is, age.');
      for (let i = 0; i < 3; i++) {
        const before = await at('sample').textContent();
        await at('another').click();
        await expect.poll(async () => at('sample').textContent(), { timeout: 20_000 }).not.toBe(before);
        await settled();
        const made = JSON.parse((await at('sample').textContent())!);
        expect(Object.keys(made)).toEqual(['name', 'is', 'age']);
        expect(made.name).toMatch(/^[A-Z][a-z]{2,9}$/);
        expect(['whale', 'ship', 'sailor']).toContain(made.is);
        expect(made.age).toSatisfy((age: number) => Number.isInteger(age) && age >= 1 && age <= 99);
      }
      await at('sample').focus();
      await page.keyboard.press('Home');
      expect(await bars('choices')).toEqual([1]); // nothing but a brace can come first

      await at('pattern').fill('{ "type": "strin" }');
      await until('wrong', (text) => text.includes('there is no type "strin"'));
      await at('pattern').fill('{ "enum": ["Ahab"] }');
      await until('sample', (text) => text === '"Ahab"');
      expect(await at('wrong').count()).toBe(0);
    });

    test('goes on from its checkpoint', async () => {
      await open('/live/gpt.html?engine=simd&seed=4');
      await at('main').click();
      await reaches(12);
      await pause();
      const [step, loss] = [await number('step'), await number('metric-loss')];
      await page.getByRole('button', { name: 'Keep in this browser' }).click();
      await until('notice', (text) => text.includes('Kept'));
      const next = await bars('next');
      await open('/live/gpt.html?engine=wasm');
      await at('open-kept').click();
      await until('step', (text) => Number(text) === step);
      await settled();
      for (const [i, probability] of (await bars('next')).entries()) expect(probability).toBeCloseTo(next[i]!, 3);
      await at('main').click();
      await reaches(step + 2);
      expect(await number('metric-loss')).toBeLessThan(loss + 0.5);
    });
  });

  test.each(['text', 'gpt'])('%s: no wider than a phone while it trains, and nothing is lost with it', async (name) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open(`/live/${name}.html?engine=simd`);
    await at('main').click();
    await reaches(12);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await pause();
    const memory = await number('memory');
    for (let i = 0; i < 3; i++) await at('another').click();
    await settled();
    expect(await number('memory')).toBe(memory); // what looks make, they free
  });
});
