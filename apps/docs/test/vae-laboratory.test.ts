import { describe, expect, test } from 'vitest';
import { HELD } from '../lab/vae/sizes.js';
import { rasterise } from '../lab/vae/strokes.js';
import { faultsOfAccess } from './site/axe.js';
import { labPage } from './site/lab-page.js';
import { tasksDuring } from './site/main-thread.js';
import { visits } from './site/visits.js';

/** The laboratory of the VAE. What is common to all is tested in laboratories.test.ts. */
const visit = visits({ acceptDownloads: true });
const lab = labPage(visit);
const {
  at,
  text,
  number,
  shot,
  open,
  train,
  pause,
  button,
  chooseEngine,
  until,
  untilNumber,
  reaches,
  becomes,
  rests,
} = lab;

/** Nats that a digit costs a model that gives each pixel an even chance: 784 log 2. */
const UNTRAINED = 784 * Math.LN2;

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
  const { mouse } = visit.page;
  // Into the middle: the bar of the site lies over what is at the top.
  await at('digit-pad').evaluate((pad) => pad.scrollIntoView({ block: 'center', behavior: 'instant' }));
  const box = (await at('digit-pad').boundingBox())!;
  for (const [i, [x, y]] of places.entries()) {
    await mouse.move(box.x + x * box.width, box.y + y * box.height, { steps: i === 0 ? 1 : 3 });
    if (i === 0) await mouse.down();
  }
  await mouse.up();
}
const NOUGHT = Array.from({ length: 17 }, (_, i): readonly [number, number] => {
  const angle = (2 * Math.PI * i) / 16;
  return [0.45 + 0.25 * Math.sin(angle), 0.5 - 0.3 * Math.cos(angle)];
});
const ONE = [
  [0.6, 0.15],
  [0.4, 0.85],
] as const;

test('known answers: trains on wasm until the loss falls, paints samples, pauses, and goes on on another engine', async () => {
  await open('vae.html?engine=wasm');
  await train();
  await reaches(200);
  expect(await text('engine')).toBe('wasm');
  expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
  for (const name of ['samples', 'reconstructions']) expect(new Set(await grey(name)).size).toBeGreaterThan(10);

  await pause();
  const paused = await number('step');
  await visit.page.waitForTimeout(300);
  expect(await number('step')).toBe(paused);

  await chooseEngine('cpu');
  await train();
  await reaches(paused + 2);
  expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
  expect(await at('failure').count()).toBe(0);
});

test('laws: with the keyboard alone it trains in threads, digits are taken that were held back, and the plane is gone through', async () => {
  const { keyboard } = visit.page;
  await open('vae.html?engine=simd');
  expect(await visit.page.evaluate(() => crossOriginIsolated)).toBe(true);
  await at('main').focus();
  await keyboard.press('Enter');
  await reaches(200);
  expect(await text('engine')).toBe('simd');
  const cores = await visit.page.evaluate(() => navigator.hardwareConcurrency);
  expect(await text('device')).toMatch(cores > 1 ? /, [2-9]\d* threads$|, 1\d+ threads$/ : /, 1 thread$/);
  expect(await text('captured')).toContain('replayed');
  expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
  await keyboard.press('Enter');
  await rests();

  const four = await grey('seen');
  await at('take-7').focus();
  await keyboard.press('Enter');
  expect(await at('take-7').getAttribute('aria-pressed')).toBe('true');
  await expect.poll(async () => difference(four, await grey('seen'))).toBeGreaterThan(20);
  const seven = await grey('seen');
  expect(Math.max(...seven)).toBeGreaterThan(200);
  await keyboard.press('Space');
  await expect.poll(async () => difference(seven, await grey('seen'))).toBeGreaterThan(20);

  await at('latent-pad').focus();
  const middle = await grey('decoded');
  for (let i = 0; i < 4; i++) await keyboard.press('ArrowUp');
  for (let i = 0; i < 4; i++) await keyboard.press('ArrowRight');
  await expect.poll(async () => difference(middle, await grey('decoded'))).toBeGreaterThan(5);
  expect(await visit.page.locator('.pad [role=status]').textContent()).toBe('At 0.36, -0.36');

  const digits = await shot('latent-pad');
  await at('shows').selectOption('codes');
  expect(await shot('latent-pad')).not.toBe(digits);
  expect(await visit.page.getByText(`where ${HELD} digits lie`).count()).toBe(1);
});

describe('a digit', () => {
  test('laws: what is drawn while it trains, in one thread, is reconstructed, and told from other digits', async () => {
    await open('vae.html?engine=simd', await visit.serveAgain({ isolated: false }));
    expect(await visit.page.evaluate(() => crossOriginIsolated)).toBe(false);
    await train();
    await reaches(5);
    await draw(NOUGHT);
    expect(await at('digit-pad').getAttribute('aria-label')).toBe('What you have drawn');
    await reaches(400);
    expect(await text('device')).toMatch(/, 1 thread$/);
    expect(await text('captured')).toContain('replayed');
    expect(await number('metric-loss')).toBeLessThan(0.45 * UNTRAINED);
    await pause();
    expect(await text('like')).toBe('0');
    const nought = await grey('again');
    expect(correlation(await grey('seen'), nought)).toBeGreaterThan(0.6);

    await button('Clear').click();
    expect(Math.max(...(await grey('seen')))).toBe(0);
    await draw(ONE); // while it stands still
    await until('like', '1');
    const one = await grey('again');
    expect(correlation(await grey('seen'), one)).toBeGreaterThan(0.6);
    expect(correlation(nought, one)).toBeLessThan(0.3);
  });

  test('laws: strength 0 and the start of the way are the reconstruction; what it learns to denoise, it denoises', async () => {
    await open('vae.html?engine=simd&learns=denoise');
    expect(await at('learns').inputValue()).toBe('denoise');
    await at('take-0').click();
    await train();
    await reaches(300);
    await pause();
    await at('noise').fill('0.5');
    await at('toward').selectOption('1');
    await at('strength').fill('0');
    await expect.poll(async () => difference(await grey('edited'), await grey('again'))).toBeLessThan(1);
    const [seen, again, noisy, clean] = [
      await grey('seen'),
      await grey('again'),
      await grey('noisy'),
      await grey('clean'),
    ];
    expect(difference(clean, seen)).toBeLessThan(0.8 * difference(noisy, seen));
    const way = await grey('way'); // 28 × 224
    const first = again.map((_, i) => way[Math.floor(i / 28) * 224 + (i % 28)]!);
    expect(difference(first, again)).toBeLessThan(1);
    const last = again.map((_, i) => way[Math.floor(i / 28) * 224 + 196 + (i % 28)]!); // a 1

    await at('strength').fill('1');
    const nearer = difference(again, last);
    await expect.poll(async () => difference(await grey('edited'), last)).toBeLessThan(nearer);
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

test('laws: dragging through the plane changes the digit while it trains, with 2 latents and with 16', async () => {
  const { page } = visit;
  await open('vae.html?engine=simd');
  await train();
  for (const latents of ['2', '16']) {
    if (latents === '16') {
      await at('latents').selectOption(latents); // which begins anew
      await untilNumber('step', { most: 30 });
    }
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
      const { frames, pictures } = watched;
      const decoded = document.querySelector<HTMLCanvasElement>('[data-test=decoded]')!;
      let last = performance.now();
      const frame = (now: number): void => {
        frames.push(now - last);
        last = now;
        pictures.add(decoded.toDataURL());
        if (watched.frames === frames) requestAnimationFrame(frame); // until others are watched
      };
      requestAnimationFrame(frame);
    });
    const before = await number('step');
    const tasks = await tasksDuring(visit, async () => {
      await page.mouse.move(...place(0));
      await page.mouse.down();
      for (let i = 1; i <= 60; i++) {
        await page.mouse.move(...place(i));
        await page.waitForTimeout(10);
      }
      await page.mouse.up();
    });
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
  }
});

test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps, in a page opened anew', async () => {
  await open('vae.html?engine=simd&seed=5&latents=16&learns=denoise');
  await train();
  await reaches(25);
  await pause();
  const step = await number('step');
  const [again, decoded] = [await grey('again'), await grey('decoded')];
  await lab.keep();
  const file = await lab.saveFile();
  expect(file.name).toBe(`vae-${step}.safetensors`);

  await visit.newPage(); // as if the tab had been killed
  await open('vae.html?engine=wasm');
  await at('open-kept').click();
  await rests();
  expect(await number('step')).toBe(step);
  expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
  expect(await at('latents').inputValue()).toBe('16');
  expect(await at('learns').inputValue()).toBe('denoise');
  expect(difference(await grey('again'), again)).toBeLessThan(1); // the same model, on another engine
  expect(difference(await grey('decoded'), decoded)).toBeLessThan(2);
  await train();
  await reaches(step + 2);

  await lab.openFile(file.bytes);
  await rests();
  expect(await number('step')).toBe(step);
  await button('Step').click();
  await untilNumber('step', { least: step + 1, most: step + 1 });

  await lab.openFile(Buffer.from('this is no checkpoint'));
  await until('failure', /safetensors/);
  await becomes('idle');
});

test('laws: no wider than a phone and without serious faults of access while it trains; what looks make, they free', async () => {
  const { page } = visit;
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open('vae.html?engine=simd');
  await train();
  await reaches(3);
  for (const [width, colorScheme] of [
    [360, 'light'],
    [1280, 'dark'],
  ] as const) {
    await page.setViewportSize({ width, height: 740 });
    await page.emulateMedia({ colorScheme });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await faultsOfAccess(page, '.lab'), colorScheme).toEqual([]);
  }
  await reaches(20);
  await pause();
  const memory = await number('memory');
  for (const digit of [1, 2, 3]) await at(`take-${digit}`).click();
  await train();
  await reaches((await number('step')) + 20);
  await pause();
  expect(await number('memory')).toBe(memory);
});
