/**
 * Learns tori and tables as clouds of points, then draws new ones, turns one into another, changes the one thing asked for,
 * completes a shape of which half was seen, and writes what others can open.
 */
// #region data
import { writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { key, split } from '@genai/core';
import {
  batches,
  encodeGlb,
  encodePly,
  encodePng,
  imageGrid,
  map,
  renderPoints,
  shapeClouds,
  tables,
  tori,
} from '@genai/data';
import { gaussian } from '@genai/distributions';
import { chamferDistance, pointCloudScores } from '@genai/eval';
import { boundNll, inferShape, interpolate, nsf, pointFlow, pointNet, splinePoints } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, ema, minimize, train, warmupCosine } from '@genai/train';
import {
  add,
  div,
  matMul,
  mean,
  mul,
  reshape,
  slice,
  square,
  sub,
  sum,
  type Tensor,
  tensor2d,
  tensor3d,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

const families = [tori(), tables()]; // in turn
const points = quick ? 64 : 256;
const [dataKey, heldKey, trainKey] = split(key(0), 3);
const shapes = shapeClouds(families, dataKey, { count: quick ? 20 : 1_000, points: 4 * points });
/** Shapes lie in the ball of radius 1; flows like numbers that deviate by about 1. */
const SCALE = 2.2;
// A quarter of each shape's points at a time: the net must not learn them by heart.
const data = map(batches(shapes, { size: quick ? 4 : 16, key: key(1) }), ({ points: x }, number) =>
  mul(slice(x, [0, points * (number % 4), 0], [-1, points, -1]), SCALE),
);
// #endregion data

// #region train
const latents = 8;
const hidden = quick ? [16] : [48, 48];
const prior = nsf({ features: latents, transforms: 4, hidden, passes: 2 });
const model = pointFlow({
  encoder: gaussian(pointNet({ outputs: 2 * latents, each: [32, 64, 128] })), // q(z | cloud)
  prior, //                                                                      p(z)
  points: splinePoints({ context: latents, hidden }), //                         p(x | z) of each point x
  count: quick ? 128 : 1_024,
});
const steps = quick ? 10 : 2_500;
const rate = warmupCosine({ peak: 2e-3, warmup: quick ? 1 : 50, steps, end: 2e-5 });
const optimizer = chain(clipByGlobalNorm(1_000), adam(rate)); // the first losses are large
await using run = train(ema(minimize(boundNll(model), optimizer), { decay: 0.998 }), { data, steps, key: trainKey });
for await (const { step, metrics } of run) {
  if (step % 500 === 0) console.log(`step ${step}: ${(metrics.loss / points).toFixed(3)} nats a point`);
}
const params = run.state.average;
// #endregion train

// #region draw
const count = quick ? 10 : 100;
const unseen = shapeClouds(families, heldKey, { count: 2 * count, points: quick ? 128 : 1_024 });
using held = owned(await unseen.read(Uint32Array.from({ length: count }, (_, i) => i)));
using others = owned(await unseen.read(Uint32Array.from({ length: count }, (_, i) => count + i)));
using drawn = owned({ x: scope(() => mul(model.given(params).sample(key(2), [count]), 1 / SCALE)) }); // (count, points, 3)
for (const [name, x] of Object.entries({ 'drawn shapes': drawn.x, 'other real shapes': others.points })) {
  using few = owned({ x: scope(() => fewer(x)), held: scope(() => fewer(held.points)) });
  const scores = await pointCloudScores(few.x, few.held, { distance: chamferDistance });
  const [apart, reached] = [scores.nearestNeighbourAccuracy, scores.coverage].map((share) => (100 * share).toFixed(0));
  console.log(
    `${name} beside held-out ones: told apart in ${apart} % of cases (50: not at all), ${reached} % of them reached`,
  );
}

/** What one sees in a glance is enough to measure. */
function fewer(x: Tensor): Tensor {
  return slice(x, [0, 0, 0], [-1, points, -1]);
}
// #endregion draw

// #region morph
// In the noise of p(z) all that lies between two shapes is a shape. With one key the points of all are made of the same noise: each
// goes its way from the first shape to the last.
const steadily = { key: key(3) };
using codes = owned({ z: scope(() => model.encode(params, mul(held.points, SCALE)).mean()) }); // (count, latents)
using morph = owned(
  scope(() => {
    const [torus, table] = [slice(codes.z, [0], [1]), slice(codes.z, [1], [1])];
    const z = interpolate(prior, params.prior, torus, table, { steps: 8, spherical: true }); // (8, 1, latents)
    return { x: mul(model.decode(params, reshape(z, [8, latents]), steadily), 1 / SCALE) };
  }),
);
// #endregion morph

// #region edit
// How codes of tori move with the thickness of the ring, r / R: least squares, a number for each latent.
const asked = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7];
using edit = owned(
  scope(() => {
    const tori = (x: Tensor): Tensor => slice(reshape(x, [count / 2, 2, -1]), [0, 0, 0], [-1, 1, -1]); // every second
    const z = reshape(tori(codes.z), [count / 2, latents]);
    const ratio = slice(reshape(tori(held.parameters), [count / 2, -1]), [0, 0], [-1, 1]); // (count / 2, 1)
    const centred = sub(ratio, mean(ratio));
    const slope = div(matMul(centred, z, true), sum(square(centred))); // (1, latents)
    const to = tensor2d(asked, [asked.length, 1]);
    const moved = add(slice(z, [0], [1]), mul(sub(to, slice(ratio, [0], [1])), slope)); // (asked, latents)
    return { x: mul(model.decode(params, moved, steadily), 1 / SCALE) };
  }),
);
const edited = await cloudsOf(edit.x);
console.log('\na torus made thicker: r / R asked for, and what the points of the torus drawn show');
for (const [i, ratio] of asked.entries()) console.log(`  ${ratio.toFixed(2)}: ${thickness(edited[i]!).toFixed(2)}`);

/** r / R by the hole and the rim: R − r and R + r from the axis. A few stray points do not count. */
function thickness(cloud: Float32Array): number {
  const far = Float32Array.from({ length: cloud.length / 3 }, (_, i) =>
    Math.hypot(cloud[3 * i]!, cloud[3 * i + 2]!),
  ).sort();
  const [hole, rim] = [far[Math.floor(0.02 * far.length)]!, far[Math.floor(0.98 * far.length)]!];
  return (rim - hole) / (rim + hole);
}
// #endregion edit

// #region complete
// Of a table only what lies left of its middle: the likeliest shape of these points has a right side too.
const [, table] = await cloudsOf(held.points);
const left = table!.filter((_, i) => table![i - (i % 3)]! < 0);
using half = owned({ x: tensor3d(left, [1, left.length / 3, 3]) });
using seen = owned({ x: scope(() => mul(half.x, SCALE)) });
const search = { optimizer: adam(0.05), steps: quick ? 3 : 150 };
using guess = owned({ z: await inferShape(model, params, seen.x, { ...search, steps: 0 }) });
using found = owned({ z: await inferShape(model, params, seen.x, search) });
using whole = owned(
  scope(() => ({
    guess: mul(model.decode(params, guess.z, steadily), 1 / SCALE),
    found: mul(model.decode(params, found.z, steadily), 1 / SCALE),
  })),
);
const [[guessed], [completed]] = [await cloudsOf(whole.guess), await cloudsOf(whole.found)];
console.log('\na table of which the left half was seen: Chamfer distance to all of it');
for (const [name, cloud] of Object.entries({ 'the half': left, 'as encoded': guessed!, 'as found': completed! })) {
  console.log(`  ${name}: ${chamferDistance(cloud, table!).toFixed(4)}`);
}
// #endregion complete

// #region write
const [real, made, way] = [await cloudsOf(held.points), await cloudsOf(drawn.x), await cloudsOf(morph.x)];
const rows = [real.slice(0, 8), made.slice(0, 8), way, [...edited, left, completed!]]; // eight in each
const size = quick ? 64 : 160;
// One frame for all: a flow draws a point now and then that strays, and should not push the others aside.
const view = { width: size, height: size, frame: { centre: [0, 0, 0], radius: 1 } } as const;
const pictures = rows.flat().map((cloud) => renderPoints(cloud, view).data); // RGB
const sheet = new Uint8Array(pictures.length * size ** 2 * 3);
for (const [i, picture] of pictures.entries()) sheet.set(picture, i * picture.length);
const grid = imageGrid({ data: sheet, shape: [pictures.length, size, size, 3] }, { columns: 8 });
for (const [name, bytes] of Object.entries({
  '19-shapes.png': encodePng(grid), // held-out shapes; drawn ones; from a torus to a table; thicker, then a half and the whole
  '19-completed.ply': encodePly(completed!),
  '19-drawn.glb': encodeGlb(made[0]!),
})) {
  const file = new URL(name, import.meta.url);
  await writeFile(file, bytes);
  console.log(`wrote ${file.pathname}`);
}

/** Clouds on the host, x, y, z of point after point. */
async function cloudsOf(x: Tensor): Promise<Float32Array[]> {
  const values = Float32Array.from(await x.data<'float32'>());
  const each = values.length / x.shape[0]!;
  return Array.from({ length: x.shape[0]! }, (_, i) => values.slice(i * each, (i + 1) * each));
}
// #endregion write
