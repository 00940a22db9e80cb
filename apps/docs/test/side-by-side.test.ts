import { expect, test } from 'vitest';
import { CONTESTANTS, TITLES } from '../lab/side/contestants.js';
import { labPage } from './site/lab-page.js';
import { visits } from './site/visits.js';

/** The laboratory in which all families learn one density in one time. */
const visit = visits({ acceptDownloads: true });
const lab = labPage(visit);
const { at, text, open, train, pause, button, chooseEngine, until, untilNumber, reaches, becomes, rests } = lab;

/** Its numbers have signs before them, and marks between their thousands. */
const number = async (name: string) => Number((await text(name)).replaceAll(/[^\d.-]/g, '') || Number.NaN);
const energies = () => Promise.all(CONTESTANTS.map((name) => number(`energy-${name}`)));

test('known answers: every family comes nearer to the data, in the time that it was given', async () => {
  await open('side-by-side.html?engine=simd&seconds=4&seed=1&density=moons');
  expect(await visit.page.getByLabel('Seconds each').inputValue()).toBe('4');
  await button('Step').click(); // looked at before and after it
  await rests();
  const before = await energies();
  await train();
  await rests();
  expect(await text('told')).toMatch(/^Each has trained for 4\.0 of 4 s\. The time is up/);

  await at('seconds').fill('5'); // more time, and it goes on
  await train();
  await becomes('running');
  await rests();
  expect(await number('step')).toBe(100);
  expect(await text('told')).toContain('of 5 s');
  const after = await energies();
  for (const [i, name] of CONTESTANTS.entries()) {
    expect(after[i], name).toBeLessThan(0.7 * before[i]!);
    expect(await number(`seconds-${name}`), name).toBeGreaterThanOrEqual(5);
    // The last move may reach beyond the time, and one to warm up by more.
    expect(await number(`seconds-${name}`), name).toBeLessThan(7.5);
    expect(await number(`parameters-${name}`), name).toBeGreaterThan(8_500);
    expect(await number(`parameters-${name}`), name).toBeLessThan(9_500);
    expect(await number(`moves-${name}`), name).toBeGreaterThan(10);
    expect(await number(`precision-${name}`), name).toBeGreaterThan(0.2);
  }

  // Who knows a density has at least the entropy, but for chance; a bound is no less; a GAN has nothing to say.
  const entropy = await number('nats-best');
  for (const name of CONTESTANTS) {
    if (TITLES[name].likelihood === 'none') expect(await text(`nats-${name}`)).toBe('has none');
    else expect(await number(`nats-${name}`), name).toBeGreaterThan(entropy - 0.15);
  }
  expect(await text('nats-vae')).toMatch(/^≤ /);
  expect(await number('nats-flow')).toBeLessThan(entropy + 0.6);
});

test('laws: the engine is changed and the run is kept, opened in a page anew, and goes on', async () => {
  await open('side-by-side.html?engine=simd&seconds=60&seed=4&density=rings');
  await train();
  await reaches(3);
  await chooseEngine('wasm');
  await reaches((await number('step')) + 2);
  await pause();
  await lab.keep();
  const [step, moves] = [await number('step'), await number('moves-flow')];

  await visit.newPage();
  await open('side-by-side.html?engine=simd&seconds=60');
  await at('open-kept').click();
  await rests();
  expect(await number('moves-flow')).toBe(moves);
  expect(await number('step')).toBe(step);
  expect(await visit.page.getByLabel('Seed').inputValue()).toBe('4');
  expect(await at('density').inputValue()).toBe('rings');
  await train();
  await reaches(step + 2);
  expect(await at('failure').count()).toBe(0);
});

test('laws: another density begins anew, and on a phone nothing scrolls sideways while it trains', async () => {
  await visit.page.setViewportSize({ width: 360, height: 740 });
  await open('side-by-side.html?engine=simd&seconds=60');
  await train();
  await reaches(4);
  await at('density').selectOption('gaussians');
  await untilNumber('step', { most: 3 });
  await reaches(1);
  await until('energy-transformer', /^\d/);
  expect(await visit.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  const side = await at('cloud-gan').evaluate((canvas: HTMLCanvasElement) => [canvas.clientWidth, canvas.clientHeight]);
  expect(side[0]).toBe(side[1]);
});
