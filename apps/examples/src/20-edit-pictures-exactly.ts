/**
 * Edits pictures exactly: a Glow of digits gives every picture a code of its own, from which each pixel comes back. Then digits lean and
 * grow bold, one becomes another, and their likelihood tells odd pictures from usual ones, where it can.
 */
import { writeFile } from 'node:fs/promises';
import { deflateSync } from 'node:zlib';
import { useBackend } from '@genai/backend';
import { key, randomPermutation } from '@genai/core';
import { batches, encodePng, imageGrid, map, take } from '@genai/data';
import { digits, type LabelledImages } from '@genai/data/node';
import { standardNormal } from '@genai/distributions';
import { auroc, bitsPerDimBound, evaluate } from '@genai/eval';
import {
  attributeDirection,
  boundNll,
  dequantized,
  editAttribute,
  flow,
  glow,
  interpolate,
  logitTransform,
  startedFrom,
} from '@genai/flow';
import { owned, scope, uniformNoise } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, ema, minimize, train } from '@genai/train';
import {
  add,
  cast,
  clipByValue,
  concat,
  floor,
  gather,
  less,
  mul,
  notEqual,
  reshape,
  round,
  slice,
  sub,
  sum,
  type Tensor,
  tensor1d,
  transpose,
  where,
  zeros,
} from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region model
const shape = [28, 28, 1] as const;
const layers = glow({ shape, levels: 2, steps: quick ? 2 : 4, hidden: quick ? 16 : 48, key: key(7) });
const density = flow({ transforms: [logitTransform({ alpha: 5e-6 }), layers], base: standardNormal(784) });

const digit = await digits();
const integers = ({ images }: LabelledImages): Tensor => round(mul(images, 255)); // 0 … 255, (batch, 28, 28, 1)
const [seen, test] = [map(digit.train, integers), map(quick ? take(digit.test, 100) : digit.test, integers)];
const numbers = (count: number) => Uint32Array.from({ length: count }, (_, i) => i);
using known = owned({ x: await seen.read(numbers(quick ? 200 : 2_000)) });
// Every actnorm begins so that a first batch, made continuous, has mean 0 and deviation 1 behind it.
using first = owned(
  scope(() => {
    const x = slice(known.x, [0], [100]);
    return { x: mul(add(x, uniformNoise(key(2), x.shape)), 1 / 256) };
  }),
);
const model = dequantized(startedFrom(density, first.x));
const step = ema(minimize(boundNll(model), chain(clipByGlobalNorm(1), adam(2e-3))), { decay: 0.99 });
const data = batches(seen, { size: 32, key: key(1) });
await using run = train(step, { data, steps: quick ? 20 : 600, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) console.log(`step ${step}: ${(metrics.loss / (784 * Math.LN2)).toFixed(3)} bits/dim`);
}
const { average } = run.state;
const params = average.flow;
const { bits } = await evaluate(model, average, {
  data: batches(test, { size: 100, epochs: 1, last: 'keep' }),
  key: key(3),
  metrics: { bits: bitsPerDimBound({ samples: quick ? 1 : 4 }) },
});
console.log(
  `${bits.mean.toFixed(3)} ± ${bits.standardError.toFixed(3)} bits/dim of held-out digits; 8 would know nothing of them`,
);
// #endregion model

// #region exact
// A picture is the middle of its cell of real numbers, and whatever falls into the cell is the picture.
const inCell = (x: Tensor): Tensor => mul(add(x, 0.5), 1 / 256);
const ofCell = (x: Tensor): Tensor => clipByValue(floor(mul(x, 256)), 0, 255);
const count = quick ? 40 : 400;
using held = owned({ x: await test.read(numbers(count)) }); // (count, 28, 28, 1)
using again = owned(
  scope(() => {
    const { y: z } = density.forward(params, inCell(held.x)); // (count, 784)
    return { wrong: sum(cast(notEqual(ofCell(density.inverse(params, z).x), held.x), 'int32')) };
  }),
);
console.log(
  `\n${count} pictures to codes and back: ${await again.wrong.data()} of ${held.x.size} pixels are not what they were`,
);
// #endregion exact

// #region attributes
/** Of each picture: how far the columns of ink move with its rows, and how much ink there is. */
const ATTRIBUTES = {
  slant: slantOf,
  ink: (p: ArrayLike<number>) => Array.from(p).reduce((a, b) => a + b) / (784 * 255),
};
// Two times five rows of eight digits: leaning to the left … to the right, thin … bold; those in the middle are the pictures themselves.
const strengths = [-1, -0.5, 0, 0.5, 1];
const rows: Tensor[] = [];
for (const [name, of] of Object.entries(ATTRIBUTES)) {
  const values = await measured(known.x, of);
  const order = [...values.keys()].sort((i, j) => values[i]! - values[j]!);
  const fifth = Math.floor(order.length / 5);
  const rowsOf = (indices: number[]): Tensor => inCell(gather(known.x, tensor1d(indices, 'int32')));
  using way = owned(
    scope(() => ({
      // The attribute needs no labels but these: the fifth of the pictures that has least of it, and that which has most.
      direction: attributeDirection(density, params, {
        withAttribute: rowsOf(order.slice(-fifth)),
        without: rowsOf(order.slice(0, fifth)),
      }),
      shown: inCell(slice(held.x, [0], [quick ? 8 : 100])),
    })),
  );
  const told: string[] = [];
  for (const strength of strengths) {
    const edited = scope(() => ofCell(editAttribute(density, params, way.shown, way.direction, strength)));
    const all = await measured(edited, of);
    told.push(`${strength}: ${(all.reduce((a, b) => a + b) / all.length).toFixed(3)}`);
    rows.push(edited);
  }
  console.log(`mean ${name} of edits by ${told.join(', ')}`);
}
using edits = owned({ rows });
await picture(
  '20-attributes.png',
  () =>
    mul(
      concat(
        edits.rows.map((x) => slice(x, [0], [8])),
        0,
      ),
      1 / 255,
    ),
  8,
);

function slantOf(p: ArrayLike<number>): number {
  let [mass, x, y, xy, yy] = [0, 0, 0, 0, 0];
  for (let i = 0; i < 784; i++) [mass, x, y] = [mass + p[i]!, x + p[i]! * (i % 28), y + p[i]! * Math.floor(i / 28)];
  for (let i = 0; i < 784; i++) {
    const [dx, dy] = [(i % 28) - x / mass, Math.floor(i / 28) - y / mass];
    [xy, yy] = [xy - p[i]! * dx * dy, yy + p[i]! * dy * dy]; // rows are counted downwards
  }
  return mass === 0 || yy === 0 ? 0 : xy / yy;
}

async function measured(x: Tensor, of: (picture: ArrayLike<number>) => number): Promise<number[]> {
  const pixels = await x.data();
  return Array.from({ length: x.shape[0]! }, (_, i) => of(pixels.subarray(784 * i, 784 * i + 784)));
}
// #endregion attributes

// #region ways
using ways = owned(
  scope(() => {
    const ends = [0, 6].map((from) => inCell(slice(held.x, [from], [6])));
    const x = interpolate(density, params, ends[0]!, ends[1]!, { steps: 8, spherical: true }); // (8, 6, 28, 28, 1)
    return { x: transpose(x, [1, 0, 2, 3, 4]) };
  }),
);
await picture('20-ways.png', () => reshape(ways.x, [48, ...shape]), 8); // a row from each digit to another
// #endregion ways

// #region odd
const mixed = Int32Array.from(randomPermutation(key(4), 784));
using kinds = owned(
  scope(() => ({
    usual: add(held.x, 0),
    'turned to negatives': sub(255, held.x),
    'upside down by halves': concat([slice(held.x, [0, 14], [-1, 14]), slice(held.x, [0, 0], [-1, 14])], 1),
    'pixels in another order': gather(reshape(held.x, [count, 784]), tensor1d(mixed, 'int32'), 1),
    'a tenth of the pixels replaced by noise': where(
      less(uniformNoise(key(5), held.x.shape), 0.1),
      floor(uniformNoise(key(6), held.x.shape, { max: 256 })),
      held.x,
    ),
    noise: floor(uniformNoise(key(8), held.x.shape, { max: 256 })),
    'empty pictures': zeros(held.x.shape),
  })),
);
/** −log₂ of a picture's cell by the density in its middle, and that less the bits of a compressor, which knows of no digits. */
async function scoresOf(x: Tensor): Promise<{ readonly bits: number[]; readonly beyond: number[] }> {
  using found = owned({ log: scope(() => density.given(params).logProb(inCell(reshape(x, [-1, ...shape])))) }); // (count)
  const bits = Array.from(await found.log.data(), (log) => -log / Math.LN2 + 784 * 8);
  const packed = await measured(x, (p) => 8 * deflateSync(Uint8Array.from(p), { level: 9 }).length);
  return { bits, beyond: bits.map((b, i) => b - packed[i]!) };
}
const low = await scoresOf(kinds.usual);
console.log(
  `\nexact scores; AUROC: 1 tells all odd ones from ${count} usual digits, 0.5 none, below 0.5 holds them for likelier than digits`,
);
for (const [name, x] of Object.entries(kinds)) {
  const high = await scoresOf(x);
  const mean = high.bits.reduce((a, b) => a + b) / (count * 784);
  const areas = (['bits', 'beyond'] as const).map((score) => auroc({ odd: high[score], usual: low[score] }).toFixed(3));
  console.log(
    `  ${name.padEnd(40)} ${mean.toFixed(2).padStart(6)} bits/dim; by p(x) ${areas[0]}, beside a compressor ${areas[1]}`,
  );
}
// The density is exact, no bound; being one it may be above 1. It is high of simple pictures, whatever they show (Nalisnick et al. 2019):
// of empty ones higher than of any digit. What a compressor needs tells how simple a picture is (Serrà et al. 2020).
// #endregion odd

/** Writes pictures (count, 28, 28, 1) in [0, 1] beside this program. */
async function picture(name: string, draw: () => Tensor, columns: number): Promise<void> {
  using all = owned({ x: scope(draw) });
  const grid = imageGrid({ data: (await all.x.data()) as Float32Array, shape: all.x.shape }, { columns });
  const file = new URL(name, import.meta.url);
  await writeFile(file, encodePng(grid));
  console.log(`wrote ${file.pathname}`);
}
