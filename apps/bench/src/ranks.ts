/** One rank of what `run.mjs ranks` starts: `reduce KIND COUNT ROUNDS` or `step KIND BATCH STEPS`; KIND is alone, mpi or threads. */
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { useBackend } from '@genai/backend';
import { type Batches, key, type Tree } from '@genai/core';
import { alone, type Collective, dataParallel, joinThreads, shard, threadTeam, train } from '@genai/train';
import { mpi } from '@genai/train/node';
import type { Tensor } from '@tensorflow/tfjs-core';
import { gptNano } from './workloads/gpt-nano.js';

const [what, kind, size, rounds] = process.argv.slice(2);

if (kind === 'threads' && isMainThread) {
  for (const seat of threadTeam(2).seats)
    new Worker(process.argv[1]!, { workerData: seat, argv: process.argv.slice(2) });
} else {
  await using ranks = kind === 'mpi' ? await mpi() : kind === 'threads' ? joinThreads(workerData) : alone();
  const times =
    what === 'reduce' ? reduce(ranks, Number(size), Number(rounds)) : await step(ranks, Number(size), Number(rounds));
  times.ms.sort((a, b) => a - b);
  const [minMs, medianMs] = [times.ms[0]!, times.ms[times.ms.length >> 1]!].map((ms) => Number(ms.toFixed(3)));
  if (ranks.rank === 0) console.log(JSON.stringify({ what, kind, ranks: ranks.size, medianMs, minMs, ...times.more }));
}

type Times = { readonly ms: number[]; readonly more?: object };

function reduce(ranks: Collective, count: number, rounds: number): Times {
  const values = new Float32Array(new SharedArrayBuffer(4 * count));
  const ms: number[] = [];
  for (let round = -2; round < rounds; round++) {
    values.fill(1);
    ranks.barrier();
    const start = performance.now();
    ranks.allReduce(values);
    if (round >= 0) ms.push(performance.now() - start);
  }
  return { ms };
}

/** gpt_nano on one thread a rank, `batch` examples over all. */
async function step(ranks: Collective, batch: number, steps: number): Promise<Times> {
  await useBackend('simd', { threads: 1, native: process.env.GENAI_BENCH_NATIVE !== '0' });
  const prepared = gptNano.setup({ batch, key: key(0), ranks });
  async function* from(cursor: number): AsyncGenerator<Tree<Tensor>, void, void> {
    for (let i = cursor; ; i++) yield prepared.batch(i);
  }
  const data: Batches<Tree<Tensor>> = { from, [Symbol.asyncIterator]: () => from(0) };
  const ms: number[] = [];
  const losses: number[] = [];
  await using run = train(dataParallel(prepared.step, ranks), { data: shard(data, ranks), steps, key: key(1) });
  let before = performance.now();
  for await (const { step, metrics } of run) {
    const now = performance.now();
    if (step > gptNano.warmup) ms.push(now - before);
    losses.push(metrics.loss);
    before = now;
  }
  prepared.dispose();
  const median = ms.toSorted((a, b) => a - b)[ms.length >> 1]!;
  return { ms, more: { samplesPerSecond: Number(((batch / median) * 1000).toFixed(1)), losses: losses.slice(0, 5) } };
}
