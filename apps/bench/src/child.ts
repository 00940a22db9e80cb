/** Times one workload on one engine in a process of its own, told what by its argument, and prints one JSON line. */
import { type BackendDescription, type BackendName, describeBackend, useBackend } from '@genai/backend';
import { type Key, key, leaves, type Tree } from '@genai/core';
import { train } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Measured, Order } from './measured.js';
import { useStockWasm } from './use-stock-wasm.js';
import type { Prepared, Workload } from './workload.js';
import { WORKLOADS } from './workloads.js';

const order = JSON.parse(process.argv[2]!) as Order;
const chosen = WORKLOADS.find(({ name }) => name === order.workload)!;
if (order.backend === 'stock-wasm') await useStockWasm();
else await useBackend(order.backend as BackendName | 'auto', { threads: order.threads });
const prepared = chosen.setup({ batch: order.batch ?? chosen.batch, key: key(0) });
console.log(JSON.stringify(await timed(chosen, prepared)));
prepared.dispose();
process.exit(0); // whatever an engine leaves open shall not hold up the next one

async function timed({ warmup }: Workload, workload: Prepared<Tree<Tensor>, Tree<Tensor>>): Promise<Measured> {
  const forTraining: Key = key(1);
  const times: number[] = [];
  const losses: number[] = [];
  await using run = train(workload.step, {
    data: endless(workload),
    steps: Number.POSITIVE_INFINITY,
    key: forTraining,
  });
  const params = leaves<Tensor>(workload.params(run.state)).reduce((sum, [, leaf]) => sum + leaf.size, 0);
  const limit = order.seconds * 1000;
  const start = performance.now();
  let clock: number | undefined; // when the timed part began
  let before = start;
  for await (const { metrics } of run) {
    const now = performance.now();
    losses.push(metrics.loss);
    if (clock !== undefined) times.push(now - before);
    // Warm when it has made so many steps, or as many as fit into the time of a round.
    else if (losses.length >= warmup || now - start > limit) clock = now;
    if (clock !== undefined && now - clock > limit && times.length >= order.minSteps) break;
    before = performance.now();
  }
  const { name, device, threads, version, notes, blas }: BackendDescription & { blas?: string } = describeBackend();
  return {
    times,
    lossFirst: losses[0]!,
    lossLast: losses.at(-1)!,
    steps: losses.length,
    params,
    threads: threads ?? 1,
    rssMb: process.resourceUsage().maxRSS / 1024,
    engine: `${name} ${version} (${device})`,
    ...(blas !== undefined && { blas }),
    notes,
  };
}

function* endless<B>({ batch }: Prepared<Tree<Tensor>, B>): Generator<B> {
  for (let i = 0; ; i++) yield batch(i);
}
