import '@tensorflow/tfjs-backend-cpu';
import { env, setBackend } from '@tensorflow/tfjs-core';
// @boundaries-ignore a run is saved here and taken up again, which this package leaves to that one
import { loadRun, saveRun } from '../../../checkpoint/src/index.js';
// @boundaries-ignore the same
import { directory } from '../../../checkpoint/src/node.js';
import { alone } from '../../src/cluster/alone.js';
import { mpi } from '../../src/node.js';
import { littleRun } from './little-run.js';

/** A process of mpirun that goes on from the checkpoint in a folder, if there is one, and whose rank 0 saves there. */
const [, , folder, steps] = process.argv;

// The loader of the tests bundles this list, which Node itself cannot import.
await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');
env().set('PROD', true); // no banner
await setBackend('cpu');
const store = directory(folder!);

await using ranks = await mpi({ timeout: 10_000 });
await using like = littleRun(alone(), { steps: 0 });
const from = (await store.read('state.json')) ? await loadRun(store, like.state) : undefined;
ranks.barrier(); // all have read before rank 0 writes
await using run = littleRun(ranks, { steps: Number(steps), ...(from && { from }) });
for await (const { step, metrics } of run) {
  if (ranks.rank > 0) continue;
  process.stdout.write(`told ${JSON.stringify({ step, loss: metrics.loss })}\n`);
  if (step % 2 === 0 || step === Number(steps)) await saveRun(store, run.snapshot());
}
