import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { useBackend } from '@genai/backend';
import { owned, scope } from '@genai/tensor';
import { add, mul } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { clothesOf } from '../lab/gan/fetch-fashion.js';
import { countRecognised } from '../lab/gan/judge.js';
import { KINDS, SHOWN } from '../lab/gan/sizes.js';
import { visits } from './site/visits.js';

/** The laboratory of clothes, behind the second tab of the GANs' page. */
const require = createRequire(import.meta.url);
const PAGE = '/live/gan.html?lab=clothes';

test('known answers: the sheet holds as many pictures of each kind, named as a judge names them', async () => {
  await useBackend('simd', { threads: 1 });
  const sheet = await readFile(join(import.meta.dirname, '..', 'lab', 'gan', 'fashion.png'));
  expect(sheet.length).toBeLessThanOrEqual(2 ** 20);
  const clothes = await clothesOf(sheet);
  expect(clothes.length).toBe(4_000);
  const count = 300;
  using some = owned(await clothes.read(Uint32Array.from({ length: count }, (_, i) => 3_000 + i)));
  expect(some.x.shape).toEqual([count, 28, 28, 1]);
  expect([...(await some.context.data())]).toEqual(Array.from({ length: count }, (_, i) => i % KINDS.length));
  const pixels = await some.x.data();
  expect(new Set(Array.from(pixels, (v) => Math.round(7.5 * (v + 1)))).size).toBe(16);
  using unit = owned({ images: scope(() => mul(add(some.x, 1), 0.5)) });
  const weights = await readFile(require.resolve('@genai/eval/fashion-classifier/model.safetensors'));
  // 92.5 % of test pictures; these it has learnt from, in 256 greys.
  expect((await countRecognised(weights, unit.images, some.context)) / count).toBeGreaterThan(0.9);
});

describe('in the page', () => {
  const visit = visits({ acceptDownloads: true });
  const at = (name: string) => visit.page.locator(`[data-test="${name}"]`);
  const number = async (name: string) => Number.parseFloat((await at(name).textContent()) ?? '');
  const open = async (path: string, base = visit.url) => {
    await visit.page.goto(`${base}${path}`);
    await at('designs').waitFor();
  };
  const reaches = (name: string, least: number) =>
    visit.page.waitForFunction(
      ([selector, value]) => Number.parseFloat(document.querySelector(selector)?.textContent ?? '') >= value,
      [`[data-test="${name}"]`, least] as const,
    );
  const becomes = (state: string) => visit.page.locator(`.lab[data-state="${state}"]`).waitFor();
  const rests = () => visit.page.locator('.lab[data-resting="true"]').waitFor();
  const pixels = (name: string) => at(name).evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());
  const greys = (name: string) =>
    at(name).evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  /** The picture, once it is another one. */
  const changed = async (name: string, before: string) => {
    await expect.poll(() => pixels(name)).not.toBe(before);
    return pixels(name);
  };

  test('known answers: a judge recognises what is designed, the engine changed on the way', async () => {
    await open(`${PAGE}&engine=wasm&seed=2`);
    expect(await at('tab-clothes').getAttribute('aria-selected')).toBe('true');
    await at('main').click();
    await reaches('step', 2);
    expect(await at('engine').textContent()).toBe('wasm');
    await visit.page.getByLabel('Engine').selectOption('simd');
    await visit.page.waitForFunction(() => document.querySelector('[data-test=engine]')?.textContent === 'simd');
    await reaches('recognised', 40);
    expect(await at('captured').textContent()).toContain('replayed');
    expect(await number('metric-critic')).toBeGreaterThan(0);
    for (const name of ['designs', 'real', 'way']) expect(await greys(name)).toBeGreaterThan(10);
    expect(await at('failure').count()).toBe(0);
  });

  test('laws: kind, width of codes and way are chosen while it stands, with the keyboard too; aside it pauses', async () => {
    await open(`${PAGE}&engine=simd&kind=9`);
    expect(await at('kind-9').isChecked()).toBe(true);
    await at('main').click();
    await reaches('step', 4);
    await at('main').click();
    await rests();
    const [boots, real, way] = [await pixels('designs'), await pixels('real'), await pixels('way')];
    await at('kind-9').focus();
    await visit.page.keyboard.press('ArrowLeft');
    expect(await at('kind-8').isChecked()).toBe(true);
    expect(new URL(visit.page.url()).searchParams.get('kind')).toBe('8');
    const bags = await changed('designs', boots);
    expect(await pixels('real')).not.toBe(real);
    expect(await at('designs').getAttribute('aria-label')).toBe(`${SHOWN} designs of the kind Bag`);
    await at('within').fill('0.1');
    const typical = await changed('designs', bags);
    expect(typical).not.toBe(boots);
    const between = await changed('way', way);
    await at('another').press('Enter');
    await changed('way', between);

    const step = await number('step');
    await at('main').click();
    await reaches('step', step + 2);
    await at('tab-clothes').focus();
    await visit.page.keyboard.press('ArrowLeft');
    await at('pad').waitFor();
    expect(await at('designs').count()).toBe(0);
    await visit.page.keyboard.press('ArrowRight');
    await at('designs').waitFor();
    await becomes('paused');
    expect(await number('step')).toBeGreaterThanOrEqual(step + 2);
  });

  test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps, in a page opened anew', async () => {
    await open(`${PAGE}&engine=simd&seed=5`);
    await at('main').click();
    await reaches('step', 5);
    await at('main').click();
    await rests();
    const [step, designs] = [await number('step'), await pixels('designs')];
    await visit.page.getByRole('button', { name: 'Keep in this browser' }).click();
    await expect.poll(() => at('notice').textContent()).toMatch(/^Kept/);
    const [download] = await Promise.all([
      visit.page.waitForEvent('download'),
      visit.page.getByRole('button', { name: 'Save file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`fashion-${step}.safetensors`);
    const file = await readFile(await download.path());

    await visit.newPage(); // as if the tab had been killed
    await open(`${PAGE}&engine=simd`);
    await at('open-kept').click();
    await rests();
    expect(await number('step')).toBe(step);
    expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
    expect(await pixels('designs')).toBe(designs);
    await visit.page.getByRole('button', { name: 'Step', exact: true }).click();
    await reaches('step', step + 1);

    await at('file').setInputFiles({ name: 'a.safetensors', mimeType: 'application/octet-stream', buffer: file });
    await expect.poll(() => number('step')).toBe(step);
    await rests();
    expect(await pixels('designs')).toBe(designs);
    await visit.page.getByRole('button', { name: 'Reset' }).click();
    await becomes('idle');
    expect(await at('recognised').textContent()).toBe('–');
  });

  test('laws: no wider than a phone and without serious faults of access, in light and dark, while it trains', async () => {
    for (const [width, colorScheme] of [
      [360, 'light'],
      [1280, 'dark'],
    ] as const) {
      await visit.page.setViewportSize({ width, height: 740 });
      await visit.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await open(`${PAGE}&engine=simd`);
      await at('main').click();
      await reaches('step', 2);
      expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await visit.page.addScriptTag({ path: require.resolve('axe-core/axe.min.js') });
      const found = await visit.page.evaluate(async () => {
        type Violation = { id: string; impact: string; nodes: { html: string }[] };
        const { axe } = window as unknown as { axe: { run(root: string): Promise<{ violations: Violation[] }> } };
        const { violations } = await axe.run('.labs');
        return violations
          .filter(({ impact }) => impact === 'serious' || impact === 'critical')
          .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
      });
      expect(found).toEqual([]);
    }
  });

  test('laws: its first load is small and without pictures, it trains without isolation, and what looks make, they free', async () => {
    let bytes = 0;
    const loaded: string[] = [];
    visit.page.on('response', async (response) => {
      loaded.push(new URL(response.url()).pathname);
      const body = await response.body().catch(() => Buffer.alloc(0));
      if (/\.(js|css|html)$/.test(loaded.at(-1)!)) bytes += gzipSync(body).length;
    });
    await open(PAGE, await visit.serveAgain({ isolated: false }));
    await visit.page.waitForLoadState('networkidle');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(400 * 1024);
    expect(loaded.some((path) => /fashion.*\.png|\.safetensors/.test(path))).toBe(false);
    await visit.page.getByLabel('Engine').selectOption('simd');
    await at('main').click();
    await reaches('step', 6);
    expect(await at('device').textContent()).toMatch(/, 1 thread$/);
    expect(loaded.some((path) => /fashion.*\.png/.test(path))).toBe(true);
    await at('main').click();
    await rests();
    const memory = await at('memory').textContent();
    await at('kind-3').check();
    await at('main').click();
    await reaches('step', (await number('step')) + 4);
    await at('main').click();
    await rests();
    expect(await at('memory').textContent()).toBe(memory);
  });
});
