/** Times one workload on one engine in a process of its own, told what by its argument, and prints one JSON line. */
import { type BackendDescription, type BackendName, describeBackend, useBackend } from '@genai/backend';
import { key, leaves, type Tree } from '@genai/core';
import { train } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Drawing } from './drawing.js';
import type { Measured, Order } from './measured.js';
import { useStockWasm } from './use-stock-wasm.js';
import type { Timed, Workload } from './workload.js';
import { DRAWINGS, LARGE_DRAWINGS, WORKLOADS } from './workloads.js';

const order = JSON.parse(process.argv[2]!) as Order;
const named = ({ name }: Timed): boolean => name === order.workload;
if (order.backend === 'stock-wasm') await useStockWasm();
else await useBackend(order.backend as BackendName | 'auto', { threads: order.threads });
const drawing = [...DRAWINGS, ...LARGE_DRAWINGS].find(named);
const measured = drawing ? await drawn(drawing) : await trained(WORKLOADS.find(named)!);
console.log(JSON.stringify(measured));
process.exit(0); // whatever an engine leaves open shall not hold up the next one

async function trained(workload: Workload): Promise<Measured> {
  const prepared = workload.setup({ batch: order.batch ?? workload.batch, key: key(0) });
  await using run = train(prepared.step, {
    data: endless(prepared.batch),
    steps: Number.POSITIVE_INFINITY,
    key: key(1),
  });
  const measured = await timed(workload, prepared.params(run.state), async function* () {
    for await (const { metrics } of run) yield metrics.loss;
  });
  prepared.dispose();
  return measured;
}

async function drawn(drawing: Drawing): Promise<Measured> {
  const { params, draw, dispose } = drawing.load({ batch: order.batch ?? drawing.batch, key: key(0) });
  const measured = await timed(drawing, params, async function* () {
    for (let i = 0; ; i++) yield await draw(i);
  });
  await dispose();
  return measured;
}

async function timed({ warmup }: Timed, weights: Tree<Tensor>, steps: () => AsyncGenerator<number>): Promise<Measured> {
  const times: number[] = [];
  const losses: number[] = [];
  const params = leaves<Tensor>(weights).reduce((sum, [, leaf]) => sum + leaf.size, 0);
  const limit = order.seconds * 1000;
  const start = performance.now();
  let clock: number | undefined; // when the timed part began
  let before = start;
  for await (const loss of steps()) {
    const now = performance.now();
    losses.push(loss);
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

function* endless<B>(batch: (i: number) => B): Generator<B> {
  for (let i = 0; ; i++) yield batch(i);
}
