/**
 * Streams samples, and a tenth as many of a reference, through the accumulators of sample metrics, and prints what the process holds from time to time, a line of JSON
 * each: `node run.mjs stream [gigabytes]`. The samples are features (512 numbers each) that are made as they are wanted.
 */
import { type BackendName, useBackend } from '@genai/backend';
import { fold, key, randomNormal } from '@genai/core';
import { compareSamples, frechet, kernelDistance, precisionRecallMetric, slicedWasserstein } from '@genai/eval';
import { memory, type Tensor, tensor2d } from '@tensorflow/tfjs-core';

const [WIDTH, BATCH, EVERY_MS] = [512, 4096, 10_000];
const [gigabytes = '10'] = process.argv.slice(3);
const batches = Math.ceil((Number(gigabytes) * 1e9) / (4 * WIDTH * BATCH));
if (!(batches > 0)) {
  console.error('usage: node run.mjs stream [gigabytes]');
  process.exit(2);
}

await useBackend((process.env.GENAI_BACKEND ?? 'simd') as BackendName);
const start = performance.now();
let told = start;
const metrics = {
  frechet: frechet(),
  kernelDistance: kernelDistance(),
  precisionRecall: precisionRecallMetric(),
  slicedWasserstein: slicedWasserstein(),
};
const noise = randomNormal(key(0), WIDTH * BATCH);
const sides = {
  samples: streamed('samples', 1, batches),
  reference: streamed('reference', 2, Math.ceil(batches / 10)),
};
const { figures, signatures } = await compareSamples({ ...sides, metrics, key: key(0) });
console.log(JSON.stringify({ ...held(), figures, signatures, leftOver: memory().numTensors }));

/** Other rows each time, of the same law on both sides: one pool of noise, turned, and scaled by a number for each batch. */
function* streamed(side: string, seed: number, count: number): Generator<Tensor, void, void> {
  for (let i = 0; i < count; i++) {
    const [scale, turn] = randomNormal(fold(key(seed), i), 2) as unknown as [number, number];
    const by = Math.abs(Math.trunc(turn * noise.length)) % noise.length;
    const turned = Float32Array.from(noise, (_, j) => noise[(j + by) % noise.length]! * (1 + 0.1 * scale));
    const batch = tensor2d(turned, [BATCH, WIDTH]);
    try {
      yield batch;
    } finally {
      batch.dispose();
    }
    if (performance.now() - told < EVERY_MS) continue;
    told = performance.now();
    console.log(JSON.stringify({ side, gigabytes: ((i + 1) * 4 * WIDTH * BATCH) / 1e9, ...held() }));
  }
}

/** Seconds passed, and megabytes of the whole process. */
function held(): { readonly seconds: number; readonly rss: number } {
  return { seconds: Math.round((performance.now() - start) / 1000), rss: Math.round(process.memoryUsage().rss / 1e6) };
}
