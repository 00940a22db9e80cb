/**
 * One model trained by two threads, each with its half of every batch and an engine of its own: the losses are those of one process that takes
 * both halves in turn, up to rounding.
 *
 * The same program runs as processes, on one machine or many, where OpenMPI or MPICH is installed (and `npm i koffi`): after
 * `node run.mjs 34-two-processes`, which makes the file, `mpirun -np 2 node dist/34-two-processes.js`. In a container as root, with OpenMPI:
 * `mpirun --allow-run-as-root --oversubscribe -np 2 …`.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { draws, pinwheel } from '@genai/data';
import { gaussian, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import {
  adam,
  alone,
  averaged,
  type Collective,
  chain,
  clipByGlobalNorm,
  dataParallel,
  joinThreads,
  minimize,
  shard,
  type ThreadSeat,
  threadTeam,
  train,
} from '@genai/train';
import { elbo, vae } from '@genai/vae';

const steps = process.argv.includes('--quick') ? 20 : 400;
await useBackend('simd', { threads: 1 }); // ranks × threads = cores

// #region train
const model = vae({
  encoder: gaussian(mlp([2, 256, 256, 2 * 2])),
  decoder: gaussian(mlp([2, 256, 256, 2 * 2])),
  prior: standardNormal(2),
});
const optimizer = (ranks: Collective) => chain(averaged(ranks), clipByGlobalNorm(1), adam(2e-3)); // averaged: before anything else
const data = draws(pinwheel(), { size: 1_024, key: key(1) });

/** What every rank does. All have the same key, and the same batches, of which each keeps its part. */
async function learn(ranks: Collective): Promise<{ losses: number[]; seconds: number }> {
  const step = dataParallel(minimize(elbo(model), optimizer(ranks)), ranks);
  await using run = train(step, { data: shard(data, ranks), steps, key: key(0) });
  const losses: number[] = [];
  let seconds = 0;
  for await (const progress of run) {
    losses.push(progress.metrics.loss); // the mean over all ranks
    seconds = progress.seconds;
  }
  return { losses, seconds };
}
// #endregion train

// #region start
const { OMPI_COMM_WORLD_SIZE, PMI_SIZE, SLURM_STEP_NUM_TASKS } = process.env; // set by mpirun, or by srun
const size = Number(OMPI_COMM_WORLD_SIZE ?? PMI_SIZE ?? SLURM_STEP_NUM_TASKS ?? 1);
if (size > 1) {
  // Under mpirun: this process is one of them.
  const { mpi } = await import('@genai/train/node');
  await using ranks = await mpi();
  const made = await learn(ranks);
  if (ranks.rank === 0) await compare(made, ranks.size);
} else if (!isMainThread) {
  // A thread of the team below.
  await using ranks = joinThreads(workerData as ThreadSeat);
  const made = await learn(ranks);
  parentPort!.postMessage(made);
} else {
  const team = threadTeam(2);
  const all = team.seats.map((seat) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: seat, argv: process.argv.slice(2) });
    return new Promise<Awaited<ReturnType<typeof learn>>>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', (error) => {
        team.lost(seat.rank); // the other then fails at once, instead of waiting for the one that is gone
        reject(error);
      });
    });
  });
  const [made] = await Promise.all(all);
  await compare(made!, 2);
}
// #endregion start

// #region compare
/** Beside this process alone, which adds up the gradients of the same parts, one after another, before each move. */
async function compare(made: { losses: number[]; seconds: number }, parts: number): Promise<void> {
  const step = minimize(elbo(model), optimizer(alone()), { accumulate: parts });
  await using run = train(step, { data, steps, key: key(0) });
  let [worst, seconds] = [0, 0];
  for await (const { step, metrics, ...progress } of run) {
    const other = made.losses[step - 1]!;
    worst = Math.max(worst, Math.abs(metrics.loss - other) / Math.abs(metrics.loss));
    seconds = progress.seconds;
    if (step % (steps / 4) === 0) {
      console.log(`step ${step}: ${metrics.loss.toFixed(6)} nats alone, ${other.toFixed(6)} by ${parts} together`);
    }
  }
  const each = (seconds: number): string => ((1000 * seconds) / steps).toFixed(2);
  console.log(`largest relative difference of a loss: ${worst.toExponential(1)}`);
  console.log(`${each(seconds)} ms a step alone, ${each(made.seconds)} ms by ${parts} on as many free cores`);
  if (worst > 1e-3) process.exitCode = 1;
}
// #endregion compare
