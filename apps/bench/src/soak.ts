/**
 * Trains for many minutes, one workload and batch size after another in one process, and prints what the process holds
 * from time to time, a line of JSON each: `node run.mjs soak [minutes] [workload…]`. Ends with 1 if a tensor was left over.
 */
import { readdirSync } from 'node:fs';
import { type BackendName, describeBackend, useBackend } from '@genai/backend';
import { key, type Tree } from '@genai/core';
import { train } from '@genai/train';
import { memory, type Tensor } from '@tensorflow/tfjs-core';
import type { Prepared, Workload } from './workload.js';
import { WORKLOADS } from './workloads.js';

const TURN_MS = 8_000;
const [minutes = '30', ...names] = process.argv.slice(3);
const chosen = WORKLOADS.filter(({ name }) => (names.length > 0 ? names : usual()).includes(name));
if (!(Number(minutes) > 0) || chosen.length < Math.max(1, names.length)) {
  console.error(
    `usage: node run.mjs soak [minutes] [workload…]; there are ${WORKLOADS.map((w) => w.name).join(', ')}.`,
  );
  process.exit(2);
}

await useBackend((process.env.GENAI_BACKEND ?? 'simd') as BackendName);
console.error(`${describeBackend().device}, ${describeBackend().threads} threads`);
const start = performance.now();
const atStart = memory().numTensors;
let leftOver = 0;
let told = Number.NEGATIVE_INFINITY;
for (let turn = 0; passed() < Number(minutes); turn++) {
  const one = chosen[turn % chosen.length]!;
  // Half, the usual and one and a half times the usual batch: shapes change, and with them what is captured.
  const batch = Math.max(1, Math.round(one.batch * [1, 0.5, 1.5][Math.floor(turn / chosen.length) % 3]!));
  const prepared = one.setup({ batch, key: key(0) });
  const { steps, loss } = await trained(one, prepared);
  prepared.dispose();
  leftOver = memory().numTensors - atStart;
  if (passed() - told < 0.5 && passed() < Number(minutes)) continue;
  told = passed();
  console.log(
    JSON.stringify({ minute: round(passed()), turn, workload: one.name, batch, steps, loss, leftOver, ...held() }),
  );
}
process.exit(leftOver === 0 ? 0 : 1); // whatever the engine leaves open shall not hold up the shell

async function trained({ name }: Workload, { step, batch }: Prepared<Tree<Tensor>, Tree<Tensor>>) {
  await using run = train(step, {
    data: (function* () {
      for (let i = 0; ; i++) yield batch(i);
    })(),
    steps: Number.POSITIVE_INFINITY,
    key: key(1),
  });
  const from = performance.now();
  for await (const { step, metrics } of run) {
    if (!Number.isFinite(metrics.loss)) throw new Error(`${name}: loss ${metrics.loss} at step ${step}`);
    if (performance.now() - from > TURN_MS) return { steps: step, loss: round(metrics.loss) };
  }
  throw new Error(`${name}: its data ended`);
}

/** What grows if something leaks. */
function held() {
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  const mb = (bytes: number) => Math.round(bytes / 2 ** 20);
  return {
    usedMb: mb(memory().numBytes),
    rssMb: mb(rss),
    heapMb: mb(heapUsed),
    externalMb: mb(external),
    buffersMb: mb(arrayBuffers),
    threads: threads(),
  };
}

/** Threads of this process, where the system lists them. */
function threads(): number | undefined {
  try {
    return readdirSync('/proc/self/task').length;
  } catch {
    return undefined;
  }
}

function passed(): number {
  return (performance.now() - start) / 60_000;
}

function round(x: number): number {
  return Math.round(x * 1000) / 1000;
}

function usual(): readonly string[] {
  return ['vae_mlp', 'vae_conv', 'dcgan', 'wgangp', 'gpt_nano', 'char_lstm', 'realnvp_2d'];
}
