/**
 * Digits of a small VAE beside real ones: Fréchet and kernel distance, precision and recall, and whether they are copies. Measured with them are
 * three of which the answer is known: other real digits, the same model half trained, and a thief who hands out training digits.
 */
// #region model
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { useBackend } from '@genai/backend';
import { load } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { fold, type Key, key, randomPermutation } from '@genai/core';
import { batches, binarize, type Dataset, map, skip, take } from '@genai/data';
import { digits, type LabelledImages } from '@genai/data/node';
import {
  compareSamples,
  fashionClassifier,
  fashionFeatures,
  frechet,
  gatherStatistics,
  kernelDistance,
  memorisationReport,
  precisionRecallMetric,
  wilsonInterval,
} from '@genai/eval';
import { normalNoise, owned, scope } from '@genai/tensor';
import { adam, minimize, train } from '@genai/train';
import { denseVae, elbo, vae } from '@genai/vae';
import { add, clipByValue, mul, type Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const [draws, size, steps] = quick ? [2, 100, 20] : [4, 500, 1_200];
await useBackend('auto');

const pictures = ({ images }: LabelledImages): Tensor => images; // (batch, 28, 28, 1) in [0, 1]
const all = map((await digits()).train, pictures);
const learnt = take(all, quick ? 500 : 5_000);
const reference = take(skip(all, 5_000), quick ? 200 : 2_000);
const others = skip(all, 7_000); // 2,000 more: what nothing better than real can reach

const model = vae(denseVae({ shape: [28, 28, 1], hidden: [256], latents: 16 }));
/** One that has learnt from `learnt`; its run is the caller's. */
async function trained(seed: number, steps: number) {
  const data = binarize(batches(learnt, { size: 100, key: key(1) }), { key: key(2) });
  const run = train(minimize(elbo(model), adam(1e-3)), { data, steps, key: key(seed) });
  for await (const _ of run);
  return run;
}
await using run = await trained(0, steps);
await using sibling = await trained(7, steps);
await using early = await trained(0, steps / 20);
// #endregion model

// #region contenders
/** Grey pictures: the pixels' means, as a VAE is shown. Its pixels drawn are noisier, and another model to all these metrics. */
const drawn = ({ state: { params } }: typeof run, key: Key): Tensor =>
  scope(() => model.decode(params, model.prior(params).sample(key, [size])).mean()); // (size, 28, 28, 1)
const rowsOf = (data: Dataset<Tensor>, seed: number, draw: number) =>
  data.read(randomPermutation(key(seed), data.length).slice(draw * size, (draw + 1) * size));

/** Pictures by the number of the draw: (size, 28, 28, 1). */
const contenders: { readonly [name: string]: (draw: number) => Tensor | Promise<Tensor> } = {
  'other real digits': (draw) => rowsOf(others, 3, draw),
  'the VAE': (draw) => drawn(run, fold(key(4), draw)),
  'the VAE, seed 7': (draw) => drawn(sibling, fold(key(4), draw)),
  'a twentieth trained': (draw) => drawn(early, fold(key(4), draw)),
  'a thief': async (draw) => {
    using stolen = owned({ x: await rowsOf(learnt, 5, draw) });
    const noise = () => mul(normalNoise(fold(key(6), draw), [size, 28, 28, 1]), 0.02);
    return scope(() => clipByValue(add(stolen.x, noise()), 0, 1));
  },
};
// #endregion contenders

// #region measure
// Features of a net that knows clothes, for want of Inception: a distance of these is no FID, and says so in its signature.
const { net, file } = fashionClassifier();
using fresh = owned(scope(() => net.init(key(0))));
using weights = owned(await load(directory(dirname(fileURLToPath(import.meta.resolve(file)))), fresh));
const features = fashionFeatures(weights);
const metrics = {
  frechet: frechet(),
  kernel: kernelDistance({ size: size / 2, subsets: quick ? 5 : 50 }),
  manifold: precisionRecallMetric({ neighbours: 5 }),
};
const known = await gatherStatistics({ data: read(reference), features, metrics, key: key(0) }); // the reference is met once

/** The pictures of a data set, each once. A batch is the loader's, and goes when the next one comes. */
function read(data: Dataset<Tensor>) {
  return batches(data, { size: 200, epochs: 1, last: 'keep' });
}

async function measured(name: string) {
  const figures: { [name: string]: number[] } = {};
  let signatures = {};
  for (let draw = 0; draw < draws; draw++) {
    using made = owned({ x: await contenders[name]!(draw) });
    const found = await compareSamples({ samples: [made.x], reference: known, features, metrics, key: key(0) });
    signatures = found.signatures;
    const { frechet, kernel, manifold } = found.figures;
    const one = { ...frechet, ...kernel, ...manifold };
    for (const [name, { value }] of Object.entries(one)) figures[name] = [...(figures[name] ?? []), value];
  }
  return { figures, signatures };
}
// #endregion measure

// #region table
/**
 * The mean over draws and half the width of its 95 % interval, by Student's t. It covers the chance of the draws alone: not that of
 * training (that is what the sibling is for), nor that of which digits the reference holds.
 */
function meanOf(values: readonly number[], digits = 2): string {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const t = draws === 2 ? 12.71 : 3.18; // of 1 and of 3 degrees of freedom
  return `${mean.toFixed(digits)} ± ${(t * Math.sqrt(variance / values.length)).toFixed(digits)}`.padEnd(20);
}

console.log(`${draws} draws of ${size} beside ${reference.length} real digits\n`);
console.log(`${' '.repeat(20)}Fréchet             kernel              precision           recall`);
let lines = {};
for (const name of Object.keys(contenders)) {
  const { figures, signatures } = await measured(name);
  lines = signatures;
  const { frechet, kernelDistance, precision, recall } = figures;
  const cells = [meanOf(frechet!, 1), meanOf(kernelDistance!, 1), meanOf(precision!), meanOf(recall!)];
  console.log(`${name.padEnd(20)}${cells.join('')}`);
}
console.log(`\nfigures compare with others of the same line only:\n${Object.values(lines).join('\n')}`);
// #endregion table

// #region copies
/** Rows of features, (…, 64), for what looks at single samples. */
async function featureRows(pictures: Tensor): Promise<Float32Array[]> {
  using found = owned({ rows: features.extract(pictures) });
  const values = (await found.rows.data()) as Float32Array;
  return Array.from({ length: pictures.shape[0]! }, (_, i) =>
    values.slice(features.width * i, features.width * (i + 1)),
  );
}
async function* ofTraining(): AsyncGenerator<Float32Array[], void, void> {
  for await (const x of read(learnt)) yield await featureRows(x);
}
const heldOut: Float32Array[] = [];
for await (const x of read(reference)) heldOut.push(...(await featureRows(x)));

console.log('\nnearer to a training digit than 99 in 100 digits held out');
for (const name of Object.keys(contenders)) {
  const samples: Float32Array[] = [];
  for (let draw = 0; draw < Math.min(2, draws); draw++) {
    using made = owned({ x: await contenders[name]!(draw) });
    samples.push(...(await featureRows(made.x)));
  }
  const { copies, distanceRatio } = await memorisationReport({ samples, training: ofTraining(), heldOut });
  const { low, high } = wilsonInterval(Math.round(copies * samples.length), samples.length);
  const percent = (share: number): string => (100 * share).toFixed(1);
  console.log(
    `  ${name.padEnd(20)}${percent(copies)} % (${percent(low)} to ${percent(high)}), at ${distanceRatio.toFixed(2)} times the usual distance`,
  );
}
// #endregion copies
