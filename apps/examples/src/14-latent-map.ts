/**
 * Draws the map of a VAE with two latents, goes between digits on lines and arcs, and edits digits along directions of a larger
 * latent space, found without labels and with them: with how much each edit changes, and what it should not have changed.
 */
// #region train
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key } from '@genai/core';
import { batches, binarize, encodePng, imageGrid, map } from '@genai/data';
import { digits } from '@genai/data/node';
import { nearestNeighbours } from '@genai/eval';
import { owned, scope } from '@genai/tensor';
import { adam, linear, minimize, train, warmupCosine } from '@genai/train';
import {
  attributeDirection,
  denseVae,
  editAttribute,
  elbo,
  encode,
  interpolate,
  latentGrid,
  principalDirections,
  vae,
} from '@genai/vae';
import { concat, gather, mul, reshape, slice, sqrt, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const digit = await digits();
const images = map(digit.train, ({ images }) => images); // (batch, 28, 28, 1)
const data = binarize(batches(images, { size: quick ? 20 : 100, key: key(1) }), { key: key(2) });
const steps = quick ? 20 : 3_000;
const of = (hidden: number[], latents: number) => vae(denseVae({ shape: [28, 28, 1], hidden, latents }));
const [flat, model] = [of([256, 128], 2), of([512], 16)];
const optimizer = adam(warmupCosine({ peak: 1e-3, steps, end: 1e-5 }));
// With two latents the divergence weighs more at first: codes spread over all of the prior, or the map would have holes.
const spread = elbo(flat, { beta: linear(5, 1, steps / 2) });
await using small = train(minimize(spread, optimizer), { data, steps, key: key(0) });
await using large = train(minimize(elbo(model), optimizer), { data, steps, key: key(0) });
for (const [latents, run] of [[2, small] as const, [16, large] as const]) {
  for await (const { step, metrics } of run) {
    if (step % 1_000 === 0) console.log(`${latents} latents, step ${step}: −ELBO ${metrics.loss.toFixed(1)} nats`);
  }
}
const { params } = large.state;
// #endregion train

// #region map
// How good is the map? The class of a held-out digit is that of the training digit whose code is nearest.
const [many, count] = quick ? [200, 40] : [5_000, 500];
using known = owned(await digit.train.read(Uint32Array.from({ length: many }, (_, i) => i)));
using held = owned(await digit.test.read(Uint32Array.from({ length: count }, (_, i) => i)));
const [knownLabels, labels] = [await known.labels.data(), await held.labels.data()];
const pixels = (x: Tensor): Tensor => reshape(x, [-1, 784]);
for (const [name, code] of Object.entries({
  'two latents': (x: Tensor) => encode(flat, small.state.params, x),
  'sixteen latents': (x: Tensor) => encode(model, params, x),
  'the 784 pixels': pixels,
})) {
  const right = await shareOfClass(code(held.images), code(known.images), labels);
  console.log(`the nearest training digit by ${name} is of the same class for ${right}`);
}
using plane = owned({ x: latentGrid(flat, small.state.params, { rows: 16, limit: 2.2 }) }); // (16, 16, 28, 28, 1)
await picture('14-map.png', plane.x, 16);
// #endregion map

// #region ways
// From held-out digits to others: is what lies on the way a digit like one of the two, and how undecided are its pixels?
const half = count / 2;
using ends = owned(scope(() => ({ from: slice(held.images, [0], [half]), to: slice(held.images, [half], [half]) })));
console.log('\nfrom digit to digit in five steps');
for (const spherical of [false, true]) {
  using way = owned({ x: interpolate(model, params, ends.from, ends.to, { steps: 5, spherical }) }); // (5, half, 28, 28, 1)
  const x = await way.x.data();
  using rows = owned({ way: pixels(way.x), known: pixels(known.images) });
  const found = (await nearestNeighbours(rows.way, rows.known)).map(({ indices }) => knownLabels[indices[0]!]);
  const one = (step: number): string => {
    const like = found
      .slice(step * half, (step + 1) * half)
      .filter((c, i) => c === labels[i] || c === labels[half + i]);
    const grey = average(x.subarray(784 * half * step, 784 * half * (step + 1)).map((p) => 4 * p * (1 - p)));
    return `${((100 * like.length) / half).toFixed(0)} % (${grey.toFixed(3)})`;
  };
  console.log(
    `  on the ${spherical ? 'arc ' : 'line'}: of either class ${[0, 1, 2, 3, 4].map(one).join(', ')}; in brackets 4 p (1 − p)`,
  );
}
// #endregion ways

// #region unsupervised
const shown: Tensor[] = []; // ten digits at each strength, for a picture
using axes = owned(await principalDirections(model, params, known.images, 3)); // directions: (3, 16)
console.log('\nthree main directions of the codes, −2 to 2 deviations, found without labels');
for (const i of [0, 1, 2]) {
  using axis = owned(
    scope(() => ({
      along: mul(reshape(slice(axes.directions, [i], [1]), [16]), sqrt(slice(axes.variances, [i], [1]))), // one deviation
    })),
  );
  await edit(`direction ${i + 1}`, axis.along, [-2, -1, 0, 1, 2]);
}
// #endregion unsupervised

// #region supervised
console.log('\ndirections of an attribute, from training digits with it and without');
// Bold or thin: the tenths with the most and the least ink.
const byInk = [...inks(await known.images.data()).entries()].sort(([, a], [, b]) => b - a).map(([i]) => i);
const tenth = many / 10;
using bold = owned({ along: between(byInk.slice(0, tenth), byInk.slice(-tenth)) });
await edit('bold, not thin (−½ to ½ of the way)', bold.along, [-0.5, -0.25, 0, 0.25, 0.5]);
using edits = owned({ shown, x: scope(() => concat(shown, 0)) });
await picture('14-edits.png', edits.x, 10); // five rows for each direction
const ofClass = (wanted: number): number[] => [...knownLabels.keys()].filter((i) => knownLabels[i] === wanted);
// The same way for a class: 9 and not 4, tried on held-out digits 4 alone.
using nine = owned({ along: between(ofClass(9), ofClass(4)) });
const fours = [...labels.keys()].filter((i) => labels[i] === 4);
using four = owned({ x: gather(held.images, tensor1d(fours, 'int32')) });
for (const strength of [0, 0.5, 1, 1.5]) {
  using changed = owned({ x: editAttribute(model, params, four.x, nine.along, strength) });
  const share = await shareOfClass(pixels(changed.x), pixels(known.images), new Uint8Array(fours.length).fill(9));
  console.log(`${fours.length} held-out fours, ${strength} of the way from 4 to 9: taken for a 9 ${share}`);
}

/** The way from the second to the first of these training digits, (16). */
function between(these: readonly number[], those: readonly number[]): Tensor {
  return scope(() => {
    const rows = (at: readonly number[]): Tensor => gather(known.images, tensor1d([...at], 'int32'));
    return attributeDirection(model, params, { withAttribute: rows(these), without: rows(those) });
  });
}
// #endregion supervised

// #region measure
/** Moves held-out digits along a direction; tells how their ink and their slant follow, and whether they stay what they are. */
async function edit(name: string, along: Tensor, strengths: readonly number[]): Promise<void> {
  const told: { strength: number; ink: number; slant: number }[] = [];
  const kept: string[] = [];
  for (const strength of strengths) {
    using changed = owned({ x: editAttribute(model, params, held.images, along, strength) }); // (count, 28, 28, 1)
    const drawn = await changed.x.data();
    const slant = slants(drawn);
    for (const [i, ink] of inks(drawn).entries()) told.push({ strength, ink, slant: slant[i]! });
    kept.push(await shareOfClass(pixels(changed.x), pixels(known.images), labels));
    shown.push(scope(() => slice(changed.x, [0], [10])));
  }
  const at = told.map(({ strength }) => strength);
  const [ink, slant] = [told.map((row) => row.ink), told.map((row) => row.slant)];
  const means = strengths.map((s) => average(ink.filter((_, i) => at[i] === s)).toFixed(3));
  console.log(`${name}: correlation with ink ${correlation(at, ink)}, with slant ${correlation(at, slant)}`);
  console.log(`  mean ink ${means.join(', ')}; still of their class ${kept.join(', ')}`);
}

/** What tensors give: floats for pictures, but that is not known to the types. */
type Pixels = Float32Array | Int32Array | Uint8Array;

/** The mean of the pixels of each picture. */
function inks(drawn: Pixels): number[] {
  return Array.from({ length: drawn.length / 784 }, (_, i) => average(drawn.subarray(784 * i, 784 * (i + 1))));
}

/** How many columns to the right a picture leans for each row up: its covariance over the variance of its rows. */
function slants(drawn: Pixels): number[] {
  return Array.from({ length: drawn.length / 784 }, (_, i) => {
    let [all, across, down, both, rows] = [1e-9, 0, 0, 0, 0];
    for (let at = 0; at < 784; at++) {
      const [ink, row, column] = [drawn[784 * i + at]!, Math.floor(at / 28), at % 28];
      all += ink;
      across += ink * column;
      down += ink * row;
      both += ink * row * column;
      rows += ink * row * row;
    }
    return -(both - (across * down) / all) / (rows - (down * down) / all + 1e-9);
  });
}

function average(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

function correlation(a: readonly number[], b: readonly number[]): string {
  const [x, y] = [average(a), average(b)];
  const product = (u: readonly number[], v: readonly number[], m: number, n: number): number =>
    u.reduce((sum, value, i) => sum + (value - m) * (v[i]! - n), 0);
  return (product(a, b, x, y) / Math.sqrt(product(a, a, x, x) * product(b, b, y, y))).toFixed(2);
}

/** How many of `asked`, freed with `references`, have a nearest training digit of the wanted class. */
async function shareOfClass(asked: Tensor, references: Tensor, wanted: ArrayLike<number>): Promise<string> {
  using rows = owned({ asked, references });
  const found = await nearestNeighbours(rows.asked, rows.references);
  const right = found.filter(({ indices }, i) => knownLabels[indices[0]!] === wanted[i]).length;
  return `${((100 * right) / found.length).toFixed(0)} %`;
}

/** Writes pictures (…, 28, 28, 1) beside this program. */
async function picture(name: string, x: Tensor, columns: number): Promise<void> {
  const file = new URL(name, import.meta.url);
  const grid = imageGrid({ data: (await x.data()) as Float32Array, shape: [x.size / 784, 28, 28, 1] }, { columns });
  await writeFile(file, encodePng(grid));
  console.log(`wrote ${file.pathname}`);
}
// #endregion measure
