/**
 * Draws digits pixel by pixel, class by class, and completes half ones. Two models whose likelihood is exact: a gated PixelCNN, and a
 * masked autoencoder that knows many orders. Then: what a class is worth in nats, whose digit it is, and whether they copy.
 *
 * Pictures are 14 × 14, so that it takes minutes: at 28 × 28 a step of the same net takes four times as long, and it needs more layers to
 * see as far.
 */
import { writeFile } from 'node:fs/promises';
import { binaryPixels, conditionalPixelModel, gatedPixelCnn, guided, made, vectorNll } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { type Distribution, key, type Model, type Tree } from '@genai/core';
import { batches, encodePng, imageGrid, map, take } from '@genai/data';
import { digits, type LabelledImages } from '@genai/data/node';
import { evaluate, nearestNeighbours, type Score } from '@genai/eval';
import { embedding } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, ema, minimize, train, warmupCosine } from '@genai/train';
import {
  add,
  argMax,
  avgPool,
  cast,
  concat,
  fill,
  gather,
  greater,
  mul,
  neg,
  oneHot,
  ones,
  range,
  reshape,
  slice,
  stack,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tile,
  zeros,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region data
const [side, pixels] = [14, 196];
/** A digit with the class that it is told to be. */
type Told = { readonly x: Tensor; readonly context: Tensor };
const halved = ({ images, labels }: LabelledImages): Told => ({
  x: cast(greater(avgPool(images as Tensor4D, 2, 2, 'valid'), 0.4), 'float32'), // (batch, 14, 14, 1) of 0 and 1
  context: cast(labels, 'int32'), // (batch)
});
/** The same as rows, and the class as one of ten numbers. */
const asRows = ({ x, context }: Told): Told => ({
  x: reshape(x, [-1, pixels]),
  context: cast(oneHot(context as Tensor1D, 10), 'float32'),
});
const digit = await digits();
const [seen, unseen] = [map(digit.train, halved), map(take(digit.test, quick ? 50 : 1_000), halved)];
// #endregion data

// #region models
const net = gatedPixelCnn({ width: quick ? 8 : 32, layers: quick ? 2 : 3, kernel: 5, context: 16 });
const parts = { net, emission: binaryPixels(), height: side, width: side, context: embedding(10, 16), forget: 0.1 };
const pixelCnn = conditionalPixelModel(parts);
// Each pixel given those before it in one of eight random orders: any part can then be told, not only the upper one.
const hidden = [quick ? 16 : 400];
const masked = made({ features: pixels, hidden, orders: 8, direct: true, context: 10, key: key(7) });
// The same in one order, the rows of the picture: all that it can learn goes into that.
const raster = made({ features: pixels, hidden, direct: true, context: 10 });

async function trained<P extends Tree<Tensor>>(
  name: string,
  model: Model<P, Distribution<Tensor>, Tensor>,
  { steps, peak, rows = false }: { readonly steps: number; readonly peak: number; readonly rows?: boolean },
) {
  const step = ema(minimize(vectorNll(model), adam(warmupCosine({ peak, warmup: 20, steps, end: peak / 50 }))), {
    decay: 0.99,
  });
  const data = batches(rows ? map(seen, asRows) : seen, { size: quick ? 8 : 32, key: key(1) });
  const run = train(step, { data, steps, key: key(0) });
  for await (const { step, metrics } of run) {
    if (step % 250 === 0) console.log(`${name}, step ${step}: ${metrics.loss.toFixed(1)} nats a digit`);
  }
  return run;
}
await using first = await trained('PixelCNN', pixelCnn, { steps: quick ? 25 : 1_000, peak: 4e-3 });
const plain = { peak: 2e-3, rows: true };
await using second = await trained('masked, 8 orders', masked, { ...plain, steps: quick ? 25 : 3_000 });
await using third = await trained('masked, one order', raster, { ...plain, steps: quick ? 25 : 1_500 });
const params = { pixelCnn: first.state.average, masked: second.state.average };
// #endregion models

// #region nats
/** Exact, of digits that were held out. */
async function nats<P extends Tree<Tensor>>(
  model: Model<P, Distribution<Tensor>, Tensor>,
  params: P,
  rows = false,
): Promise<Score> {
  const scores = await evaluate(model, params, {
    data: batches(rows ? map(unseen, asRows) : unseen, { size: 100, epochs: 1, last: 'keep' }),
    key: key(2),
    context: ({ context }: Told) => context,
    metrics: { nats: { unit: 'nats', measure: (given: Distribution<Tensor>, { x }: Told) => neg(given.logProb(x)) } },
  });
  return scores.nats;
}
for (const [name, { mean, standardError }] of [
  ['PixelCNN', await nats(pixelCnn, params.pixelCnn)],
  ['masked autoencoder, one order', await nats(raster, third.state.average, true)],
  ['masked autoencoder, mixture of 8 orders', await nats(masked, params.masked, true)],
] as const) {
  console.log(
    `${name}: ${mean.toFixed(1)} ± ${standardError.toFixed(1)} nats a digit, ${(mean / (pixels * Math.LN2)).toFixed(3)} bits/dim`,
  );
}
// #endregion nats

// #region classes
// A likelihood for each class is a classifier (Bayes), and without a class p(x) = Σ p(x | class) / 10.
const count = quick ? 20 : 500;
using held = owned(await unseen.read(Uint32Array.from({ length: count }, (_, i) => i))); // (count, 14, 14, 1), (count)
const asked = Array.from({ length: 10 }, (_, label) => label);
using scored = owned({
  logs: scope(() =>
    stack(
      asked.map((label) => pixelCnn.given(params.pixelCnn, fill([count], label, 'int32')).logProb(held.x)),
      1,
    ),
  ), // (count, 10)
});
const labels = await held.context.data();
const logs = (await scored.logs.array()) as number[][];
const likeliest = logs.map((row) => row.indexOf(Math.max(...row)));
const untold = logs.map((row) => {
  const most = Math.max(...row);
  return most + Math.log(row.reduce((sum, log) => sum + Math.exp(log - most) / 10, 0));
});
const worth = logs.reduce((sum, row, i) => sum + (row[labels[i]!]! - untold[i]!) / count, 0);
console.log(
  `\nof ${count} digits ${percent(share(likeliest, labels))} are likeliest as what they are; ` +
    `to be told the class is worth ${worth.toFixed(2)} nats, where ${Math.log(10).toFixed(2)} leave no doubt`,
);
// #endregion classes

// #region sample
// Guidance draws from p(x | class)^scale p(x)^(1 − scale), pixel by pixel: more typical of the class, and less varied.
using known = owned(
  await map(seen, asRows).read(Uint32Array.from({ length: quick ? 200 : seen.length }, (_, i) => i)), // (9000, 196), (9000, 10)
);
using kinds = owned(scope(() => ({ of: argMax(known.context, 1), asked: range(0, 10, 1, 'int32') }))); // (9000), (10)
const kindOf = await kinds.of.data();
const shown: Tensor[] = [];
for (const scale of quick ? [1, 2] : [1, 2, 4]) {
  const model = conditionalPixelModel({ ...parts, net: guided(net, scale) });
  const drawn = scope(() => model.given(params.pixelCnn, kinds.asked).sample(key(3), [quick ? 2 : 20])); // (20, 10, 14, 14, 1)
  shown.push(drawn);
  const { distance, classes } = await nearest(drawn);
  const right = share(
    classes,
    classes.map((_, i) => asked[i % 10]!),
  );
  console.log(
    `guidance ${scale}: the nearest training digit of ${percent(right)} is of the class asked for; ${distance.toFixed(1)} pixels differ from it`,
  );
}
using draws = owned({ shown });
const others = await nearest(held.x);
console.log(
  `held-out digits: that of ${percent(share(others.classes, labels))} is of their class, ${others.distance.toFixed(1)} pixels differ`,
);
// Digits of 0 to 9 with guidance 1, 2 and 4, and below those of 1 the training digits nearest to them: is it drawing, or copying?
const rows = draws.shown.map((x) => scope(() => reshape(slice(x, [0], [1]), [10, side, side, 1])));
using lines = owned({ rows, near: (await nearest(rows[0]!, true)).pictures! });
await picture('26-digits.png', [lines.rows[0]!, lines.near, ...lines.rows.slice(1)]);

/** Of each picture the nearest that was learnt from: its class, in how many pixels it differs on average, and itself. */
async function nearest(x: Tensor, shown = false) {
  using flat = owned({ x: scope(() => reshape(x, [-1, pixels])) });
  const found = await nearestNeighbours(flat.x, known.x);
  const indices = found.map(({ indices }) => indices[0]!);
  return {
    classes: indices.map((i) => kindOf[i]!),
    distance: found.reduce((sum, { distances }) => sum + distances[0]! ** 2 / found.length, 0),
    ...(shown && {
      pictures: scope(() => reshape(gather(known.x, tensor1d(indices, 'int32')), [-1, side, side, 1])),
    }),
  };
}
// #endregion sample

// #region complete
// The lower half of held-out digits drawn anew; then the upper half, which only a model of many orders can draw given the lower.
using half = owned(
  scope(() => {
    const upper = concat([ones([7, side]), zeros([7, side])]); // (14, 14), 1 where a pixel is known
    const classes = cast(oneHot(held.context as Tensor1D, 10), 'float32'); // (count, 10)
    const x = reshape(held.x, [count, pixels]);
    const byMasked = (mask: Tensor, seed: number): Tensor =>
      reshape(masked.given(params.masked, classes).complete(key(seed), x, reshape(mask, [pixels])), held.x.shape);
    return {
      upper: reshape(upper, [side, side, 1]),
      lower: reshape(sub(1, upper), [side, side, 1]),
      byPixelCnn: pixelCnn.given(params.pixelCnn, held.context).complete(key(4), held.x, upper), // (count, 14, 14, 1)
      byMasked: byMasked(upper, 5),
      upwards: byMasked(sub(1, upper), 6),
    };
  }),
);
for (const [name, x] of [
  ['lower halves by PixelCNN', half.byPixelCnn],
  ['lower halves by the masked autoencoder', half.byMasked],
  ['upper halves by the masked autoencoder', half.upwards],
] as const) {
  const { classes, distance } = await nearest(x);
  const missed = pixels * (1 - share(await held.x.data(), await x.data()));
  console.log(
    `${name}: ${missed.toFixed(1)} of ${pixels / 2} pixels are not those that were there; ` +
      `the nearest training digit of ${percent(share(classes, labels))} is of their class, ${distance.toFixed(1)} pixels away`,
  );
}
// Fewer wrong pixels are no better picture, as these show: who doubts a stroke and leaves it out misses less than who draws it elsewhere.
// Rows of ten digits: original, its upper half, what PixelCNN and the masked autoencoder make of it; its lower half, and what is made of that.
const grey = (x: Tensor, mask: Tensor): Tensor => add(mul(x, mask), mul(0.4, sub(1, mask)));
using table = owned(
  scope(() => ({
    rows: [
      held.x,
      grey(held.x, half.upper),
      half.byPixelCnn,
      half.byMasked,
      grey(held.x, half.lower),
      half.upwards,
    ].map((x) => slice(x, [0], [10])),
  })),
);
await picture('26-completed.png', table.rows);
// #endregion complete

/** The share of pairs that are equal. */
function share(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Array.from(a).filter((value, i) => value === b[i]).length / a.length;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

/** Writes rows of ten pictures, (10, 14, 14, 1) each, three times as large, beside this program. */
async function picture(name: string, rows: readonly Tensor[]): Promise<void> {
  using all = owned({
    x: scope(() => {
      const each = reshape(concat([...rows]), [-1, side, 1, side, 1]);
      return reshape(tile(each, [1, 1, 3, 1, 3]), [-1, 3 * side, 3 * side, 1]); // (10 rows, 42, 42, 1)
    }),
  });
  const grid = imageGrid(
    { data: (await all.x.data()) as Float32Array, shape: all.x.shape },
    { columns: 10, padding: 3 },
  );
  const file = new URL(name, import.meta.url);
  await writeFile(file, encodePng(grid));
  console.log(`wrote ${file.pathname}`);
}
