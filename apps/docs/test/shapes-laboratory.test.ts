import { readFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { decodePly, shapeClouds } from '@genai/data';
import { owned, scope } from '@genai/tensor';
import { mul, slice } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ATTRIBUTES, askedAt } from '../lab/shapes/attributes.js';
import { cloudsAt, type Film, momentsOf, POINTS } from '../lab/shapes/film.js';
import { completeFilm, drawnFilm, editFilm, HELD, morphFilm, warpFilm } from '../lab/shapes/films.js';
import { DRAWN, FAMILIES, SCALE, shapesModel } from '../lab/shapes/model.js';
import { labPage } from './site/lab-page.js';
import { tasksDuring } from './site/main-thread.js';
import { SOFTWARE_GPU, visits } from './site/visits.js';

/** The laboratory of shapes. What is common to all is tested in laboratories.test.ts. */
describe('what is shown', () => {
  test('known answers: properties of shapes as their points show them', () => {
    const [tori, tables] = FAMILIES;
    for (const ratio of [0.2, 0.5, 0.75]) {
      expect(ATTRIBUTES.thickness.measure(tori.surface([ratio, 0.8], key(1), 4_000))).toBeCloseTo(ratio, 1);
    }
    for (const [width, height] of [
      [0.9, 0.8],
      [1.3, 0.5],
    ] as const) {
      const table = tables.surface([width, 0.8, height, 0.08, 0.1, 0.1, 0, 0], key(2), 4_000);
      expect(Math.abs(ATTRIBUTES.width.measure(table) - width)).toBeLessThan(0.08);
      expect(Math.abs(ATTRIBUTES.height.measure(table) - height)).toBeLessThan(0.08);
    }
  });

  test('known answers: between two frames points are on the straight way; a still cloud stays', () => {
    const frames = [Float32Array.of(0, 0, 0), Float32Array.of(1, 2, 3), Float32Array.of(3, 2, 1)];
    const still = Float32Array.of(7, 7, 7);
    const clouds = [{ name: '', frames }, { name: '', frames: [still] }]; // biome-ignore format: two
    const film: Film = { view: 'morph', clouds, reach: 1 };
    expect(momentsOf(film)).toBe(3);
    expect(cloudsAt(film, 0)).toEqual([frames[0], still]);
    expect(cloudsAt(film, 0.25)).toEqual([Float32Array.of(0.5, 1, 1.5), still]);
    expect(cloudsAt(film, 0.5)).toEqual([frames[1], still]);
    expect(cloudsAt(film, 1)).toEqual([frames[2], still]);
  });

  test('parity: films begin and end where the model puts the points', async () => {
    await useBackend('simd', { threads: 1 });
    const model = shapesModel();
    const held = shapeClouds(FAMILIES, key(5), { count: HELD, points: DRAWN });
    using params = owned(model.shapes.init(key(3)));
    const scene = { model, params, held };
    using pair = owned(await held.read(Uint32Array.of(2, 3)));
    using expected = owned(
      scope(() => {
        const seen = mul(slice(pair.points, [0, 0, 0], [-1, POINTS, -1]), SCALE);
        const z = model.shapes.encode(params, seen).mean(); // (2, latents)
        return { x: mul(model.shapes.decode(params, z, { key: key(77) }), 1 / SCALE) }; // (2, DRAWN, 3)
      }),
    );
    const all = await expected.x.data<'float32'>();
    const [torus, table] = [all.slice(0, 3 * DRAWN), all.slice(3 * DRAWN)];

    const morph = await morphFilm(scene, 1);
    const { frames } = morph.clouds[0]!;
    expectNear(frames[0]!, torus);
    expectNear(frames.at(-1)!, table);

    const warp = await warpFilm(scene, 3);
    expect(momentsOf(warp)).toBe(7); // noise, then six maps
    expectNear(warp.clouds[0]!.frames.at(-1)!, table);
    expect(deviation(warp.clouds[0]!.frames[0]!)).toBeCloseTo(1 / SCALE, 1);

    // The shape itself is on the way, where its own height is asked for.
    using tables = owned(await held.read(Uint32Array.from({ length: 8 }, (_, i) => 2 * i + 1)));
    const parameters = await tables.parameters.data();
    const which = Array.from({ length: 8 }, (_, i) => i).find((i) => Math.abs(parameters[8 * i + 2]! - 0.65) < 0.2)!;
    const edit = await editFilm(scene, which, 'height');
    expect([edit.attribute, momentsOf(edit)]).toEqual(['height', 9]);
    expect([0, 0.5, 1].map((share) => askedAt('height', share))).toEqual([0.45, 0.65, 0.85]);
    using still = owned(
      scope(() => {
        const seen = mul(slice(tables.points, [which, 0, 0], [1, POINTS, -1]), SCALE);
        const z = model.shapes.encode(params, seen).mean();
        return { x: mul(model.shapes.decode(params, z, { key: key(77) }), 1 / SCALE) };
      }),
    );
    expectNear(cloudsAt(edit, (parameters[8 * which + 2]! - 0.45) / 0.4)[0]!, await still.x.data<'float32'>(), 0.02);

    const complete = await completeFilm(scene, 0);
    const half = complete.clouds[0]!.frames[0]!;
    expect(half.every((v, i) => i % 3 > 0 || v < 0)).toBe(true);
    expect(half.length).toBeGreaterThan(0.9 * DRAWN); // of 3 · DRAWN numbers about a half
    expect(complete.apart!.found).toBeGreaterThan(0);

    const drawn = await drawnFilm(scene, key(8), 2);
    expect(drawn.clouds.map((cloud) => cloud.frames[0]!.length)).toEqual([3 * DRAWN, 3 * DRAWN]);
  });
});

describe.each([
  ['WebGL', SOFTWARE_GPU],
  ['canvas', ['--disable-gpu', '--disable-3d-apis']],
] as const)('in the page, by %s', (painter, flags) => {
  const visit = visits({ isolated: false, flags, acceptDownloads: true, reducedMotion: 'reduce' }); // one thread, as most hosts serve it
  const lab = labPage(visit);
  const { at, text, number, open, train, pause, button, chooseEngine, until, untilNumber, reaches, rests } = lab;

  /** What the stage shows, once it stays. */
  const picture = async (): Promise<string> => {
    let before = '';
    for (;;) {
      const now = (await at('stage').screenshot()).toString('base64');
      if (now === before) return now;
      before = now;
      await visit.page.waitForTimeout(80);
    }
  };

  test('known answers: the loss falls on simd in one thread; a slider morphs; the keyboard turns; PLY can be read', async () => {
    const { page } = visit;
    await open('shapes.html?engine=simd&view=morph&seed=2');
    await train();
    await reaches(2);
    const first = await number('metric-loss');
    const steps = painter === 'WebGL' ? 80 : 10; // what is learnt does not depend on what draws
    await reaches(steps);
    expect(await number('metric-loss')).toBeLessThan(first - steps / 40);
    expect(await text('captured')).toContain('replayed');
    expect(await at('stage').getAttribute('data-painter')).toBe(painter);
    expect(await at('fallback').count()).toBe(painter === 'canvas' ? 1 : 0);
    await pause();

    const shown = new Set<string>();
    for (const share of ['0', '50', '100']) {
      await at('share').fill(share);
      expect(await text('told')).toBe(`${share} % of the way`);
      shown.add(await picture());
    }
    await at('stage').focus();
    await page.keyboard.press('ArrowLeft');
    shown.add(await picture());
    await page.keyboard.press('ArrowUp');
    shown.add(await picture());
    const box = (await at('stage').boundingBox())!;
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.6 * box.height, { steps: 3 });
    await page.mouse.up();
    shown.add(await picture());
    expect(shown.size).toBe(6);
    await page.waitForTimeout(300);
    expect(shown.has(await picture())).toBe(true); // motion is reduced: it does not turn by itself

    const [download] = await Promise.all([page.waitForEvent('download'), at('ply').click()]);
    expect(download.suggestedFilename()).toBe(`shapes-${await number('step')}.ply`);
    const { points, colours } = decodePly(await readFile(await download.path()), 'shapes.ply');
    expect([points.length, colours?.length]).toEqual([3 * DRAWN, 3 * DRAWN]);
    expect(points.every(Number.isFinite)).toBe(true);
    await until('saved', new RegExp(`${DRAWN} points`));

    for (const [view, told] of [
      ['edit', /^asked for 0\.4\d, the points show \d/],
      ['complete', /^half a torus; off the whole: 0\.\d+ alone/],
      ['warp', /^after 6\.0 of 6 maps/],
      ['drawn', /^6 shapes/],
    ] as const) {
      await at('view').selectOption(view);
      await until('told', told);
      const now = await picture();
      expect(shown.has(now)).toBe(false);
      shown.add(now);
    }
    expect(new URL(page.url()).searchParams.get('view')).toBe('drawn');
  });

  if (painter === 'canvas') return; // what follows does not depend on what draws

  test('laws: the engine is changed while it trains; a checkpoint is saved, and opened in a page opened anew', async () => {
    await open('shapes.html?engine=simd&seed=5');
    await train();
    await reaches(12);
    await chooseEngine('wasm');
    await reaches((await number('step')) + 2);
    await pause();
    const step = await number('step');
    const file = await lab.saveFile();
    expect(file.name).toBe(`shapes-${step}.safetensors`);
    await visit.newPage();
    await open('shapes.html?engine=simd');
    await lab.openFile(file.bytes);
    await rests();
    expect(await number('step')).toBe(step);
    expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
    await button('Step').click();
    await untilNumber('step', { least: step + 1, most: step + 1 });
  });

  test('laws: no frame takes 100 ms while it trains and turns; three.js is not in the first load', async () => {
    const { page } = visit;
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    const loaded: string[] = [];
    page.on('response', (response) => loaded.push(response.url()));
    await open('shapes.html?engine=simd');
    await page.waitForLoadState('networkidle');
    expect(loaded.filter((file) => /three/.test(file))).toEqual([]);
    await train();
    await reaches(10);
    expect(loaded.some((file) => /three/.test(file))).toBe(true);
    const still = await at('stage').screenshot();
    await expect.poll(async () => still.equals(await at('stage').screenshot())).toBe(false); // it turns
    const before = await number('step');
    const tasks = await tasksDuring(visit, async () => {
      await at('view').selectOption('warp');
      for (let share = 0; share <= 100; share += 5) {
        await at('share').fill(String(share));
        await page.waitForTimeout(40);
      }
      await reaches(before + 2); // it went on
    });
    expect(tasks.length).toBeGreaterThan(60);
    expect(Math.max(...tasks)).toBeLessThan(100);
  });

  test('laws: on a phone nothing scrolls sideways, in light and dark, in every view', async () => {
    const { page } = visit;
    await page.setViewportSize({ width: 360, height: 740 });
    await open('shapes.html?engine=simd');
    await train();
    await reaches(3);
    for (const [view, told] of [
      ['morph', /of the way/],
      ['edit', /^asked for/],
      ['complete', /^half a/],
      ['warp', /^after/],
      ['drawn', /^6 shapes/],
    ] as const) {
      await at('view').selectOption(view);
      await until('told', told);
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      }
    }
  });
});

function expectNear(a: Float32Array, b: Float32Array, within = 1e-3): void {
  expect(a.length).toBe(b.length);
  for (const [i, v] of a.entries()) expect(Math.abs(v - b[i]!)).toBeLessThan(within);
}

function deviation(values: Float32Array): number {
  return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
}
