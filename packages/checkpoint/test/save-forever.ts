/** Saves run after run into the folder given, each one step on, until it is killed. It says the steps that were saved. */
import '@tensorflow/tfjs-backend-cpu';
import { disposeTree, key } from '@genai/core';
import { env, fill, setBackend } from '@tensorflow/tfjs-core';
import { loadRun, saveRun } from '../src/index.js';
import { directory } from '../src/node.js';

env().set('PROD', true);
await setBackend('cpu');

/** Every number of the state is the step. Large enough that the kill often falls between two moves on the disk. */
const stateAt = (step: number) => ({
  params: { w: fill([128, 512], step), b: fill([3], step) },
  adam: { m: fill([128, 512], step), count: fill([], step, 'int32') },
});

const store = directory(process.argv[2]!);
let step = 0;
if (await store.read('state.json')) {
  const run = await loadRun(store, stateAt(0));
  step = run.step;
  disposeTree(run.state);
}
process.stdout.write(`from ${step}\n`);
for (;;) {
  step++;
  const state = stateAt(step);
  await saveRun(store, { step, key: key(step), cursor: step, state }, { config: { step }, metrics: { loss: step } });
  disposeTree(state);
  process.stdout.write(`saved ${step}\n`);
}
