/**
 * Designs clothes: a GAN that is told what to draw learns from Fashion-MNIST where that is on the machine (else from digits), then
 * draws typical and varied designs, goes from one to another, changes what changes most, and finds a real picture in its world.
 */
// #region data
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { GenaiError, key, type Objective, split } from '@genai/core';
import { batches, encodePng, imageGrid, map } from '@genai/data';
import { digits, fashionMnist, type LabelledImages } from '@genai/data/node';
import { type ImageClassifierParams, imageClassifier, nearestNeighbours, sampleHealth } from '@genai/eval';
import {
  adversarial,
  concatenated,
  conditionalDcgan,
  conditionalGan,
  diffAugment,
  hinge,
  interpolateCodes,
  latentDirections,
  project,
  r1,
  truncated,
} from '@genai/gan';
import {
  activation,
  conv2d,
  dense,
  glorotUniform,
  reshape as reshaped,
  rmsNorm,
  sequential,
  upsample,
} from '@genai/nn';
import { leakyRelu, normalNoise, owned, scope, softmaxCrossEntropy } from '@genai/tensor';
import { adam, compete, ema, minimize, train } from '@genai/train';
import {
  abs,
  add,
  argMax,
  cast,
  concat,
  equal,
  fill,
  gather,
  mean,
  mul,
  range,
  reshape,
  slice,
  sub,
  type Tensor,
  tanh,
  tensor1d,
  transpose,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// Nothing is downloaded: Debian's package dataset-fashion-mnist, or what `fashionMnist({ download: true })` once left in the cache.
const [set, { train: seen, test, classes }] = await fashionMnist().then(
  (splits) => ['Fashion-MNIST', splits] as const,
  async (error: unknown) => {
    if (!GenaiError.is(error)) throw error;
    console.log(error.message);
    return ['the digits, in place of clothes', await digits()] as const;
  },
);
console.log(`learning from ${set}: ${seen.length} pictures of ${classes.length} kinds`);
const pairs = map(seen, ({ images, labels }: LabelledImages) => ({ x: sub(mul(images, 2), 1), context: labels }));
// #endregion data

// #region train
const latents = 32;
const width = quick ? 4 : 24;
const leaky = (x: Tensor): Tensor => leakyRelu(x, 0.2);
// A generator of our own. conditionalDcgan normalises over the batch, which undoes what scales all codes alike: truncation would
// do nothing, and a design would depend on those drawn beside it. Here each pixel is normalised by itself.
const shape = (inputs: number, outputs: number) =>
  sequential(upsample(), conv2d(inputs, outputs), rmsNorm(outputs), activation(leaky));
const generator = concatenated(
  sequential(
    dense(latents + 10, 49 * 2 * width),
    reshaped([7, 7, 2 * width]),
    rmsNorm(2 * width),
    activation(leaky),
    shape(2 * width, width), // (batch, 14, 14, width)
    shape(width, width / 2), // (batch, 28, 28, width / 2)
    conv2d(width / 2, 1, { initializer: glorotUniform }),
    activation(tanh),
  ),
  { classes: 10 },
);
const model = conditionalGan({
  ...conditionalDcgan({ size: 28, width, latents, classes: 10, norm: false }), // its critic and its prior
  generator,
});
const game = adversarial(model, {
  loss: hinge(),
  regularizers: [r1(1)],
  augment: diffAugment({ color: false, cutout: 0 }),
});
const optimizer = () => adam(1e-3, { b1: 0, b2: 0.99 });
const contest = compete(game, { optimizers: { critic: optimizer(), generator: optimizer() } });
const step = ema(contest, { decay: 0.98, of: ({ generator }) => generator });
const data = batches(pairs, { size: quick ? 8 : 64, key: key(1) });
await using run = train(step, { data, steps: quick ? 2 : 1_300, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 325 === 0) console.log(`step ${step}: real ${metrics.real.toFixed(2)}, made ${metrics.fake.toFixed(2)}`);
}
const params = { ...run.state.params, generator: run.state.average };
// A judge that the generator never met: a small classifier, whose last layer also gives the features that are compared.
const judge = imageClassifier({ size: 28, classes: 10 });
const naming: Objective<Tensor, ImageClassifierParams, LabelledImages> = {
  init: judge.init,
  loss: (p, x) => ({ loss: scope(() => mean(softmaxCrossEntropy(judge.logits(p, x.images), x.labels))) }),
};
const lessons = batches(seen, { size: quick ? 10 : 64, key: key(2) });
await using trial = train(minimize(naming, adam(1e-3)), { data: lessons, steps: quick ? 5 : 500, key: key(0) });
for await (const _ of trial);
const tells = trial.state.params;
// #endregion train

// #region truncate
const count = quick ? 50 : 1_000;
const numbers = Uint32Array.from({ length: count }, (_, i) => i);
using real = owned(await seen.read(numbers)); // of these it could have made copies
using held = owned(await test.read(numbers));
using asked = owned({ classes: tensor1d(Int32Array.from(numbers, (i) => i % 10)) }); // (count)
const unit = (x: Tensor): Tensor => mul(add(x, 1), 0.5); // from [−1, 1] to [0, 1]
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const right = (images: Tensor, labels: Tensor): Tensor =>
  mean(cast(equal(argMax(judge.logits(tells, images), 1), labels), 'float32'));
using trust = owned({ held: scope(() => right(held.images, held.labels)) });
console.log(`\nthe judge is right of ${percent(await number(trust.held))} of the held-out pictures`);
for (const [name, one] of Object.entries({
  'all codes': model,
  'codes within ± 1': truncated(model, 1),
  'codes within ± 0.4': truncated(model, 0.4),
})) {
  using made = owned(
    scope(() => {
      const images = unit(one.given(params, asked.classes).sample(key(3))); // (count, 28, 28, 1)
      const [fake, known] = [judge.features(tells, images), judge.features(tells, real.images)];
      return { right: right(images, asked.classes), fake, known };
    }),
  );
  const { verdict, precision, coverage, variety, copies } = await sampleHealth(made.known, made.fake);
  const told = Object.entries({ precision, coverage, variety, copies }).map(([n, x]) => `${n} ${x.toFixed(2)}`);
  console.log(`${name}: of the kind asked for ${percent(await number(made.right))}; ${told.join(', ')}: ${verdict}`);
}
// #endregion truncate

// #region copies
using known = owned(
  await seen.read(Uint32Array.from({ length: quick ? 100 : Math.min(seen.length, 10_000) }, (_, i) => i)),
);
using kinds = owned({ all: range(0, 10, 1, 'int32') });
using drawn = owned({ x: scope(() => unit(model.given(params, kinds.all).sample(key(4), [3]))) }); // (3, 10, 28, 28, 1)
using twins = owned(await nearestTo(drawn.x));
using others = owned(await nearestTo(held.images));
const [design, other] = [await number(twins.apart), await number(others.apart)];
console.log(
  `\nto the nearest training picture: ${design.toFixed(2)} from a design, ${other.toFixed(2)} from a held-out picture`,
);
await picture('16-designs.png', [drawn.x, twins.x], 10); // three designs of each kind, then the training picture nearest to each

/** The training picture nearest to each, and how far it is on average. */
async function nearestTo(x: Tensor): Promise<{ readonly x: Tensor; readonly apart: Tensor }> {
  using rows = owned(scope(() => ({ x: reshape(x, [-1, 784]), known: reshape(known.images, [-1, 784]) })));
  const found = await nearestNeighbours(rows.x, rows.known);
  const [at, far] = [found.map(({ indices }) => indices[0]!), found.map(({ distances }) => distances[0]!)];
  return scope(() => ({ x: gather(known.images, tensor1d(at, 'int32')), apart: mean(tensor1d(far)) }));
}
// #endregion copies

// #region ways
const [a, b] = split(key(5));
using ends = owned({ from: normalNoise(a, [10, latents]), to: normalNoise(b, [10, latents]) });
using way = owned(
  scope(() => {
    const options = { steps: 8, spherical: true, context: kinds.all };
    const x = interpolateCodes(model, params, ends.from, ends.to, options); // (8, 10, 28, 28, 1)
    return { x: unit(transpose(x, [1, 0, 2, 3, 4])) };
  }),
);
await picture('16-ways.png', [way.x], 8); // a row for each kind
// #endregion ways

// #region directions
// What of a code the generator's first layer hears most, without data or labels; the rows after those of the code are of the class.
using first = owned({ weight: slice(params.generator[0].weight, [0, 0], [latents, -1]) }); // (latents, outputs)
using found = owned(await latentDirections(first.weight, 3)); // directions: (3, latents)
const moves = [-4, -2, 0, 2, 4];
const kind = 3; // dresses, or threes
const shown: Tensor[] = [];
for (const i of [0, 1, 2]) {
  using edited = owned(
    scope(() => {
      const along = slice(found.directions, [i], [1]); // (1, latents)
      const start = slice(ends.from, [0], [4]); // four designs
      const z = moves.map((by) => add(start, mul(along, by)));
      const x = unit(model.generate(params.generator, concat(z, 0), fill([20], kind, 'int32'))); // (5 · 4, 28, 28, 1)
      return { x, ink: mean(reshape(x, [5, -1]), 1) };
    }),
  );
  const ink = Array.from(await edited.ink.data(), (v) => v.toFixed(3)).join(', ');
  console.log(`${classes[kind]}, direction ${i + 1} by ${moves.join(', ')}: mean ink ${ink}`);
  shown.push(scope(() => transpose(reshape(edited.x, [5, 4, 28, 28, 1]), [1, 0, 2, 3, 4])));
}
using edits = owned({ shown });
await picture('16-directions.png', edits.shown, 5); // four designs for each direction
// #endregion directions

// #region project
const few = quick ? 4 : 20;
using wanted = owned(
  scope(() => {
    const images = slice(held.images, [0], [few]);
    return { images, x: sub(mul(images, 2), 1), kinds: slice(held.labels, [0], [few]) };
  }),
);
const search = { key: key(6), optimizer: adam(0.05), context: wanted.kinds };
using start = owned(await project(model, params, wanted.x, { ...search, steps: 0 }));
using place = owned(await project(model, params, wanted.x, { ...search, steps: quick ? 2 : 200 }));
using twin = owned(await nearestTo(wanted.images));
using again = owned(
  scope(() => ({
    'the nearest of 16 draws': unit(model.generate(params.generator, start.z, wanted.kinds)),
    'found by descent': unit(model.generate(params.generator, place.z, wanted.kinds)),
    [`nearest of ${known.images.shape[0]} training pictures`]: add(twin.x, 0),
    'the pictures': add(wanted.images, 0),
  })),
);
console.log(`\n${few} held-out pictures, pixels from 0 to 1`);
for (const [name, x] of Object.entries(again)) {
  using apart = owned({ l1: scope(() => mean(abs(sub(x, wanted.images)))) });
  console.log(`  ${name}: L1 ${(await number(apart.l1)).toFixed(4)}`);
}
await picture('16-project.png', Object.values(again), few);
// #endregion project

async function number(x: Tensor): Promise<number> {
  return (await x.data())[0]!;
}

/** Writes pictures (…, 28, 28, 1) beside this program, one kind after another. */
async function picture(name: string, kinds: readonly Tensor[], columns: number): Promise<void> {
  const flat = () => kinds.map((x) => reshape(x, [-1, 28, 28, 1]));
  using all = owned({ x: scope(() => concat(flat(), 0)) });
  const grid = imageGrid({ data: (await all.x.data()) as Float32Array, shape: all.x.shape }, { columns });
  const file = new URL(name, import.meta.url);
  await writeFile(file, encodePng(grid));
  console.log(`wrote ${file.pathname}`);
}
