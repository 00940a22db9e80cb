import { describe, expect, test } from 'vitest';
import { labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** The laboratories of densities of the plane, and what is common to all: shared controls, checkpoints, the phone. */
const LABS = ['flow', 'gan'] as const;

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

/** How many different colours a canvas shows. */
const colours = (name: string) =>
  at(name).evaluate((canvas: HTMLCanvasElement) => {
    const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  });

describe('the flow', () => {
  test('known answers: comes near to the entropy on simd; the curve goes on when the engine is changed; the slider warps', async () => {
    await open('flow.html?seed=3&engine=simd');
    expect(await visit.page.getByLabel('Seed').inputValue()).toBe('3');
    expect(await visit.page.getByLabel('Engine').inputValue()).toBe('simd');
    await train();
    await reaches(3);
    const first = await number('metric-−log p');
    await untilNumber('excess', { most: 0.25 });
    expect(await number('excess')).toBeGreaterThan(-0.1); // no model is below the entropy but by chance
    expect(await number('nats')).toBeLessThan(first);
    expect(await text('captured')).toContain('replayed');
    expect(await colours('plane')).toBeGreaterThan(50);

    await visit.page.getByLabel('Engine').selectOption('webgpu'); // which is not there
    await until('failure', /webgpu/);
    await reaches((await number('step')) + 3);
    expect(await text('engine')).toBe('simd');
    await chooseEngine('wasm');
    const swapped = await number('step');
    expect(swapped).toBeGreaterThan(20);
    await reaches(swapped + 5);
    expect(await number('excess')).toBeLessThan(0.4);
    expect(await number('memory')).toBeGreaterThan(0);

    await pause();
    const shots = new Set<string>();
    for (const [stage, told] of [
      ['0', 'noise'],
      ['50', 'after 2.0 of 4 maps'],
      ['100', 'data'],
    ] as const) {
      await at('stage').fill(stage);
      expect(await text('told')).toBe(told);
      shots.add(await shot('plane'));
    }
    expect(shots.size).toBe(3);
  });

  test('laws: a drawing is learnt while it trains', async () => {
    await open('flow.html?engine=simd');
    await train();
    await reaches(5);
    const moons = await number('metric-entropy');
    const { mouse } = visit.page;
    const box = (await at('pad').boundingBox())!;
    const place = (x: number, y: number) => [box.x + x * box.width, box.y + y * box.height] as const;
    await mouse.move(...place(0.3, 0.5));
    await mouse.down();
    await mouse.move(...place(0.7, 0.5), { steps: 8 });
    await mouse.up();
    expect(await at('density').inputValue()).toBe('drawn');
    await untilNumber('metric-entropy', { most: moons - 0.3 }); // the short line
    await untilNumber('excess', { most: 0.5 });
  });
});

describe('the GAN', () => {
  test('known answers: reaches at least six of eight modes, the engine changed on the way', async () => {
    await open('gan.html?engine=wasm');
    await train();
    await reaches(5);
    expect(await text('engine')).toBe('wasm');
    const early = await number('near');
    await chooseEngine('simd');
    await untilNumber('modes', { least: 6 });
    await untilNumber('near', { least: 40 });
    expect(await number('near')).toBeGreaterThan(early);
    expect(await number('modes-of')).toBe(8);
    expect(await colours('plane')).toBeGreaterThan(50);
  });

  test('laws: it plays for other losses too, and a change of loss begins anew', async () => {
    await open('gan.html?engine=simd');
    for (const loss of ['non-saturating', 'wasserstein', 'relativistic']) {
      await at('loss').selectOption(loss);
      if (loss === 'non-saturating') await train();
      expect(new URL(visit.page.url()).searchParams.get('loss')).toBe(loss);
      await untilNumber('step', { least: 1, most: 19 });
      await reaches(20);
    }
    expect(await at('failure').count()).toBe(0);
  });
});

describe.each(LABS)('the laboratory %s', (name) => {
  test('laws: a checkpoint is saved and opened, from a file and from what the browser keeps, in a page opened anew', async () => {
    await open(`${name}.html?engine=simd&seed=5&density=rings`);
    await train();
    await reaches(12);
    await pause();
    const step = await number('step');
    await lab.keep();
    const file = await lab.saveFile();
    expect(file.name).toBe(`${name}-${step}.safetensors`);

    await visit.newPage(); // as if the tab had been killed
    await open(`${name}.html?engine=wasm`);
    await at('open-kept').click();
    await rests();
    expect(await number('step')).toBe(step);
    expect(await visit.page.getByLabel('Seed').inputValue()).toBe('5');
    expect(await at('density').inputValue()).toBe('rings');
    await train();
    await reaches(step + 2);

    await lab.openFile(file.bytes);
    await becomes('paused');
    await rests();
    expect(await number('step')).toBe(step);
    await button('Step').click();
    await untilNumber('step', { least: step + 1, most: step + 1 });

    await lab.openFile(Buffer.from('this is no checkpoint'));
    await until('failure', /safetensors/);
    await becomes('idle');
  });

  test('laws: on a phone, in one thread, it works with the keyboard alone; nothing scrolls sideways in light and dark', async () => {
    const { page } = visit;
    const press = async (place: string, key = 'Enter') => {
      await tabTo(place);
      await page.keyboard.press(key);
    };
    await page.setViewportSize({ width: 360, height: 740 });
    await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' });
    await open(`${name}.html?engine=simd`, await visit.serveAgain({ isolated: false }));
    await press('main');
    await reaches(3);
    expect(await text('device')).toMatch(/, 1 thread$/);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
      expect(await at('chart').evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    }
    await page.keyboard.press('Enter');
    await rests();

    await press('pad', ' '); // the first blob
    for (let i = 0; i < 4; i++) await page.keyboard.press('Shift+ArrowRight');
    expect(await at('density').inputValue()).toBe('drawn');
    await press('density', 'ArrowUp');
    expect(await at('density').inputValue()).toBe('gaussians');
    const before = await number('step');
    await tabTo('main');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // Step
    await untilNumber('step', { least: before + 1, most: before + 1 });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter'); // Reset
    await becomes('idle');
    expect(await number('step')).toBe(0);
  });
});

/** Moves on by Tab until the element with that name has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let i = 0; i < 120; i++) {
    const there = await visit.page.evaluate((n) => document.activeElement?.getAttribute('data-test') === n, name);
    if (there) return;
    await visit.page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead to ${name}`);
}
