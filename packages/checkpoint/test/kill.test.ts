import { type ChildProcess, spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { disposeTree, fold, key } from '@genai/core';
import { zeros } from '@tensorflow/tfjs-core';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { load, loadConfig, loadRun } from '../src/index.js';
import { directory } from '../src/node.js';
import { temporaryFolder } from './temporary-folder.js';

const KILLS = 50;

test(`${KILLS} times SIGKILL while saving: the folder is always one whole checkpoint, no older than the last reported`, async () => {
  const folder = await temporaryFolder();
  const program = join(folder, 'save-forever.mjs');
  await build({
    entryPoints: [fileURLToPath(new URL('save-forever.ts', import.meta.url))],
    outfile: program,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    conditions: ['@genai/source'],
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
  });

  const run = join(folder, 'run');
  const store = directory(run);
  const tensors = (): { w: ReturnType<typeof zeros>; b: ReturnType<typeof zeros> } => ({
    w: zeros([128, 512]),
    b: zeros([3]),
  });
  const like = { params: tensors(), adam: { m: zeros([128, 512]), count: zeros([], 'int32') } };
  let reported = 0;
  let midway = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    reported = Math.max(reported, await runAndKill(program, run, fold(key(9), kill)[0] % 60));
    const names = await readdir(run).catch((): string[] => []);
    if (names.some((name) => name.startsWith('.genai-'))) midway++;
    if (reported === 0 && !(await store.read('state.json'))) continue; // killed before the first save

    const snapshot = await loadRun(store, like);
    const { step, state } = snapshot;
    expect(step).toBeGreaterThanOrEqual(reported);
    expect(snapshot).toMatchObject({ key: key(step), cursor: step, metrics: { loss: step } });
    expect(await loadConfig(store)).toEqual({ step });
    for (const tensor of [state.params.w, state.params.b, state.adam.m, state.adam.count]) {
      expect((await tensor.data()).every((value) => value === step)).toBe(true);
    }
    const model = await load(store, like.params);
    expect((await model.w.data()).every((value) => value === step)).toBe(true);
    disposeTree([state, model]);
    reported = step;
  }
  // The kills did fall into writes (most do), so the test has force.
  expect(midway).toBeGreaterThan(5);
  expect(reported).toBeGreaterThan(0);

  await store.write({ 'notes.txt': new Uint8Array(1) });
  expect((await readdir(run)).sort()).toEqual([
    'config.json',
    'model.safetensors',
    'notes.txt',
    'state.json',
    'state.safetensors',
  ]);
  disposeTree(like);
}, 120_000);

/** Runs the program, kills it `ms` after it began to save, and gives the last step that it reported. */
async function runAndKill(program: string, run: string, ms: number): Promise<number> {
  const child: ChildProcess = spawn(process.execPath, [program, run], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<NodeJS.Signals | null>((resolve) => child.once('exit', (_, signal) => resolve(signal)));
  let said = '';
  await new Promise<void>((resolve) => {
    child.stdout!.on('data', (text) => {
      said += text;
      resolve();
    });
    child.once('exit', () => resolve());
  });
  await delay(ms);
  child.kill('SIGKILL');
  expect(await ended).toBe('SIGKILL');
  return Math.max(0, ...[...said.matchAll(/saved (\d+)\n/g)].map(([, step]) => Number(step)));
}
