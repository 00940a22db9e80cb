import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { disposeTree, type Key, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
// @boundaries-ignore runs of models that this package keeps and must not import
import { train } from '../../train/src/index.js';
import { decodeGguf, ggufFloats, load, loadConfig, loadRun, readTensors } from '../src/index.js';
import { directory } from '../src/node.js';
import { type Kept, type KeptNumbers, keptRuns, STEPS, type Sums, sumsOf, weighedSum } from './kept-runs.js';

// Files of each release, made by what was released: `node tools/keep-checkpoint.mjs VERSION`, run before it was published.
const releases = fileURLToPath(new URL('../golden/releases', import.meta.url));
const versions = readdirSync(releases);

test('goldens: there is a release to go on from', () => {
  expect(versions.length).toBeGreaterThan(0);
});

describe.each(versions)('goldens: what release %s wrote', (version) => {
  const folder = join(releases, version);
  const kept: Kept = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const runs = Object.entries(keptRuns()).filter(([name]) => existsSync(join(folder, name)));

  test('is of that release, with the runs that its numbers name', () => {
    expect(kept.version).toBe(version);
    expect(runs.map(([name]) => name)).toEqual(Object.keys(kept.runs));
  });

  test.each(runs)('%s: a run loads bit for bit', async (name, { step, config }) => {
    const expected = kept.runs[name]!;
    const like = step.init(key(0));
    const snapshot = await loadRun(directory(join(folder, name)), like);
    expect(snapshot).toMatchObject({ step: STEPS, cursor: expected.cursor, metrics: expected.metrics });
    expect([...snapshot.key]).toEqual(expected.key);
    expect(sumsOf(snapshot.state)).toEqual(expected.sums);
    expect(await loadConfig(directory(join(folder, name)))).toEqual(config);
    disposeTree([like, snapshot.state]);
  });

  test.each(runs)('%s: its parameters load as a model', async (name, { step }) => {
    const like = step.init(key(0));
    const params = await load(directory(join(folder, name)), like.params);
    expect(sumsOf({ params })).toEqual(paramsAmong(kept.runs[name]!));
    disposeTree([like, params]);
  });

  test.each(runs)('%s: training goes on with the next batch and the next key', async (name, { step, data }) => {
    const { next, key: own, metrics } = kept.runs[name]!;
    const like = step.init(key(0));
    const from = await loadRun(directory(join(folder, name)), like);
    await using run = train(step, { data, steps: STEPS + 1, key: own as unknown as Key, from });
    let loss = Number.NaN;
    for await (const progress of run) loss = progress.metrics.loss;
    // Another release, or another Node, may round a step otherwise; another batch, key or moment is far from it.
    expect(Math.abs(next.loss - metrics.loss)).toBeGreaterThan(1e-3);
    expect(loss).toBeCloseTo(next.loss, 5);
    expectSums(sumsOf(run.state), next.sums);
    disposeTree(like);
  });

  test('halves load as float32', async () => {
    const [, { step }] = runs[0]!;
    const like = step.init(key(0));
    const params = await load(directory(join(folder, 'halves')), like.params);
    expect(sumsOf(params)).toEqual(kept.halves);
    disposeTree([like, params]);
  });

  test('shards are read one by one', async () => {
    const sums: { [path: string]: Sums[string] } = {};
    for await (const { name, shape, values } of readTensors(directory(join(folder, 'shards')))) {
      sums[name] = [`float32 [${shape.join(', ')}]`, weighedSum(values())];
    }
    expect(sums).toEqual(kept.shards);
  });

  test('GGUF is read in every type that is written', async () => {
    const { metadata, tensors } = decodeGguf((await directory(folder).read('blocks.gguf'))!);
    expect(metadata.get('general.architecture')).toEqual({ type: 'STRING', value: 'kept' });
    const rows = [...tensors].map(([path, tensor]) => [
      path,
      [`float32 [${tensor.shape.join(', ')}]`, weighedSum(ggufFloats(tensor))],
    ]);
    expect(Object.fromEntries(rows)).toEqual(kept.gguf);
  });
});

function paramsAmong({ sums }: KeptNumbers): Sums {
  return Object.fromEntries(Object.entries(sums).filter(([path]) => path.startsWith('params.')));
}

function expectSums(got: Sums, expected: Sums): void {
  expect(Object.keys(got)).toEqual(Object.keys(expected));
  for (const [path, [what, sum]] of Object.entries(expected)) {
    expect(got[path]![0], path).toBe(what);
    expect(Math.abs(got[path]![1] - sum), path).toBeLessThan(1e-4 * (1 + Math.abs(sum)));
  }
}
