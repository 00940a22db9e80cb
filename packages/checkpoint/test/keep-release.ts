/** Writes the checkpoints of a release into the folder given, and what they hold: `tools/keep-checkpoint.mjs` runs it on what is built. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { key, leaves } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
// @boundaries-ignore the engine of a program that tests start
import { useBackend } from '../../backend/src/index.js';
// @boundaries-ignore runs of models that this package keeps and must not import
import { train } from '../../train/src/index.js';
import {
  encodeGguf,
  fromFloat16,
  ggufFloats,
  ggufTensor,
  type SafetensorsEntry,
  save,
  saveRun,
  saveTensors,
  toFloat16,
} from '../src/index.js';
import { directory } from '../src/node.js';
import { type Kept, type KeptNumbers, keptRuns, STEPS, type Sums, sumsOf, weighedSum } from './kept-runs.js';

const [folder, version] = process.argv.slice(2) as [string, string];
await useBackend('cpu');

const runs: { [name: string]: KeptNumbers } = {};
let others: Omit<Kept, 'version' | 'runs'> | undefined;
for (const [name, { config, step, data }] of Object.entries(keptRuns())) {
  await using run = train(step, { data, steps: STEPS + 1, key: key(1) });
  let kept: Omit<KeptNumbers, 'next'> | undefined;
  for await (const { metrics, step: at } of run) {
    if (at === STEPS) {
      const snapshot = run.snapshot();
      await saveRun(directory(join(folder, name)), snapshot, { config, metrics });
      const { cursor, key: own, state } = snapshot;
      kept = { step: at, cursor, key: [...own], metrics, sums: sumsOf(state) };
      others ??= await keepParams(state.params);
    } else if (kept) runs[name] = { ...kept, next: { loss: metrics.loss, sums: sumsOf(run.state) } };
  }
}
await writeFile(join(folder, 'expected.json'), `${JSON.stringify({ version, runs, ...others })}\n`);

/** The same parameters in every other form that this package writes. */
async function keepParams(params: Parameters<typeof sumsOf>[0]): Promise<Omit<Kept, 'version' | 'runs'>> {
  await save(directory(join(folder, 'halves')), params, { dtype: 'F16', metadata: { release: version } });
  const all = leaves<Tensor>(params).map(([path, leaf]) => ({
    path,
    shape: leaf.shape,
    data: leaf.dataSync() as Float32Array,
  }));
  const entries = all.map(({ path, shape, data }): [string, SafetensorsEntry] => [path, { dtype: 'F32', shape, data }]);
  await saveTensors(directory(join(folder, 'shards')), new Map(entries), { limit: 400 });
  const blocks = new Map([
    ['exact', ggufTensor('F32', [2, 32], table())],
    ['half', ggufTensor('F16', [2, 32], table())],
    ['eight', ggufTensor('Q8_0', [2, 32], table())],
    ['four', ggufTensor('Q4_0', [2, 32], table())],
  ]);
  const metadata = new Map([['general.architecture', { type: 'STRING', value: 'kept' }]] as const);
  await writeFile(join(folder, 'blocks.gguf'), encodeGguf({ metadata, tensors: blocks }));
  const sums = (rows: Iterable<[string, readonly number[], ArrayLike<number>]>): Sums =>
    Object.fromEntries(
      [...rows].map(([path, shape, data]) => [path, [`float32 [${shape.join(', ')}]`, weighedSum(data)]]),
    );
  return {
    halves: sums(all.map(({ path, shape, data }) => [path, shape, fromFloat16(toFloat16(data))])),
    shards: sums(all.map(({ path, shape, data }) => [path, shape, data])),
    gguf: sums([...blocks].map(([path, tensor]) => [path, tensor.shape, ggufFloats(tensor)])),
  };
}

/** Numbers of several sizes and both signs. */
function table(): Float32Array {
  return Float32Array.from({ length: 64 }, (_, i) => ((i % 13) - 6) / (1 + (i % 5)));
}
