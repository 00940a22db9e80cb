/**
 * Learns the surface of a real mesh, the Stanford bunny or a PLY or OBJ file of yours, as a density of points in space; draws new points,
 * measures how far they lie from the surface, and finds points that do not belong to it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { fold, key, split } from '@genai/core';
import {
  decodeObj,
  decodePly,
  draws,
  encodeObj,
  encodePly,
  encodePng,
  imageGrid,
  type Mesh,
  normalizeCloud,
  renderMesh,
  renderPoints,
  restoreCloud,
  sampleSurface,
} from '@genai/data';
import { auroc, chamferDistance } from '@genai/eval';
import { affineMap, composedMap, nll, rationalQuadraticMap, realNvp } from '@genai/flow';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, ema, minimize, train, warmupCosine } from '@genai/train';
import { neg, tensor2d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const path = process.argv.slice(2).find((word) => /\.(ply|obj)$/i.test(word)); // node run.mjs 21-a-real-mesh FILE.ply
await useBackend('auto');

// #region data
const mesh = path ? await meshOf(path) : await bunny();
console.log(`${mesh.positions.length / 3} vertices, ${mesh.faces.length / 3} faces`);
const [frameKey, dataKey, trainKey, testKey, otherKey] = split(key(0), 5);
const { frame } = normalizeCloud(sampleSurface(frameKey!, mesh, 10_000)); // mean 0, deviation 1
/** Points uniform on the surface, in the frame of the model. */
const surface = (key: Parameters<typeof sampleSurface>[0], count: number): Float32Array => {
  const points = sampleSurface(key, mesh, count);
  return points.map((x, i) => (x - frame.centre[i % 3]!) / frame.scale);
};
const data = draws({ shape: [3], sample: surface }, { size: quick ? 64 : 1_024, key: dataKey! }); // no point twice
// #endregion data

// #region train
const map = composedMap(affineMap(), rationalQuadraticMap({ bins: 16, bound: 4 }));
const density = realNvp({ features: 3, transforms: quick ? 3 : 9, hidden: quick ? [16] : [64, 64], map });
const steps = quick ? 10 : 3_000;
const rate = warmupCosine({ peak: 2e-3, warmup: quick ? 1 : 100, steps, end: 2e-5 });
const step = ema(minimize(nll(density), chain(clipByGlobalNorm(5), adam(rate))), { decay: 0.998 });
await using run = train(step, { data, steps, key: trainKey! });
for await (const { step, metrics } of run) {
  if (step % 500 === 0) console.log(`step ${step}: −log p of a point ${metrics.loss.toFixed(3)} nats`);
}
const params = run.state.average;
// #endregion train

// #region measure
const count = quick ? 200 : 4_096;
using drawn = owned({ x: scope(() => density.given(params).sample(key(1), [count])) }); // (count, 3)
const made = restoreCloud(Float32Array.from(await drawn.x.data<'float32'>()), frame);
const [real, other] = [testKey!, otherKey!].map((key) => sampleSurface(key, mesh, count)) as [
  Float32Array,
  Float32Array,
];
for (const [name, cloud] of Object.entries({ 'points drawn': made, 'other points of the surface': other })) {
  const far = Math.sqrt(chamferDistance(cloud, real) / 2) / frame.scale;
  console.log(`${name}: ${far.toFixed(4)} deviations from the nearest of ${count}, root mean square`);
}
// #endregion measure

// #region odd
// Points a little off the surface are told from those on it by their density alone.
using scores = owned(
  scope(() => {
    const on = tensor2d(surface(fold(testKey!, 1), count), [count, 3]);
    const off = tensor2d(
      surface(fold(testKey!, 2), count).map((x, i) => x + 0.1 * Math.cos(12.9898 * i)), // a tenth of the deviation, either way
      [count, 3],
    );
    const given = density.given(params);
    return { on: neg(given.logProb(on)), off: neg(given.logProb(off)) };
  }),
);
const area = auroc({ odd: await scores.off.data<'float32'>(), usual: await scores.on.data<'float32'>() });
console.log(`points moved by a tenth of the deviation: AUROC ${area.toFixed(3)}`);
// #endregion odd

// #region write
const view = { width: quick ? 64 : 320, height: quick ? 64 : 320, azimuth: 0.5 };
const pictures = [renderMesh(mesh, view), renderPoints(real, view), renderPoints(made, view)].map(({ data }) => data);
const sheet = new Uint8Array(pictures.reduce((size, picture) => size + picture.length, 0));
for (const [i, picture] of pictures.entries()) sheet.set(picture, i * picture.length);
const shape = [pictures.length, view.height, view.width, 3] as const;
for (const [name, bytes] of Object.entries({
  '21-surface.png': encodePng(imageGrid({ data: sheet, shape }, { columns: 3 })), // the mesh; points of it; points drawn
  '21-points.ply': encodePly(made),
})) {
  const file = new URL(name, import.meta.url);
  await writeFile(file, bytes);
  console.log(`wrote ${file.pathname}`);
}
// #endregion write

/** A mesh in a file. */
async function meshOf(path: string): Promise<Mesh> {
  const bytes = await readFile(path);
  if (/\.obj$/i.test(path)) return decodeObj(bytes.toString('utf8'), path);
  const { points, faces } = decodePly(bytes, path);
  if (!faces) throw new Error(`${path} has points and no faces. Give a mesh.`);
  return { positions: points, faces };
}

/** Stanford's bunny of the npm package `bunny`, by way of an OBJ file as others write it. */
async function bunny(): Promise<Mesh> {
  // @ts-expect-error the package has no types
  const { default: package_ } = (await import('bunny')) as {
    default: { readonly positions: readonly number[][]; readonly cells: readonly number[][] };
  };
  const positions = Float32Array.from(package_.positions.flat());
  const faces = Uint32Array.from(package_.cells.flat());
  return decodeObj(encodeObj({ positions, faces }), 'bunny.obj');
}
