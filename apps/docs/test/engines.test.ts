import { expect, test } from 'vitest';
import { labPage } from './site/lab-page.js';
import { SOFTWARE_GPU, visits } from './site/visits.js';

/** Every laboratory on the engines of graphics cards, for which software stands in: most take it a minute or more. */
const ALL = [
  { lab: 'vae', loss: 'metric-loss' },
  { lab: 'gan', loss: undefined }, // a game: no loss needs to fall
  { lab: 'gan', query: '&lab=clothes', loss: undefined },
  { lab: 'flow', loss: 'metric-−log p' },
  { lab: 'text', loss: 'metric-loss' },
  { lab: 'gpt', loss: 'metric-loss' },
  { lab: 'music', loss: 'metric-loss' },
  { lab: 'shapes', loss: 'metric-loss' },
  { lab: 'side-by-side', loss: undefined },
].map(({ query = '', ...each }) => ({ query, ...each }));
/** DOCS_ENGINES=all tries the others too. */
const LABS =
  process.env.DOCS_ENGINES === 'all'
    ? ALL
    : ALL.filter(({ lab, query }) => query === '' && (lab === 'vae' || lab === 'gan' || lab === 'text'));

const visit = visits({ isolated: false, flags: SOFTWARE_GPU, reducedMotion: 'reduce' });
const { at, text, number, open, train, chooseEngine, reaches } = labPage(visit);

test.each(LABS)('engines: $lab $query trains on WebGL, and goes on on WebGPU', async ({ lab, query, loss }) => {
  await open(`${lab}.html?engine=webgl${query}`);
  await train();
  await reaches(1);
  const first = loss === undefined ? undefined : await number(loss);
  await reaches(4);
  expect(await text('engine')).toBe('webgl');
  await chooseEngine('webgpu');
  await reaches((await number('step')) + 4);
  if (loss !== undefined) expect(await number(loss)).toBeLessThan(first!);
  expect(await at('failure').count()).toBe(0);
});
