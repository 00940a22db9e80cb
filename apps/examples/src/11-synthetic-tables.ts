/** Trains a VAE on a table of penguins, writes rows of its own as CSV, and measures how far they can stand for real ones. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { useBackend } from '@genai/backend';
import { key, randomPermutation } from '@genai/core';
import { batches, fromArrays, readTable, selectRows, type Table, tableCodec, writeTable } from '@genai/data';
import { nearestNeighbours } from '@genai/eval';
import { dense } from '@genai/nn';
import { owned, scope, softmaxCrossEntropy } from '@genai/tensor';
import { adam, adamW, minimize, train } from '@genai/train';
import { denseTableVae, elbo, vae } from '@genai/vae';
import { argMax, mean, tensor2d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region table
// 344 penguins of the Palmer archipelago (Gorman, Williams and Fraser 2014; CC0), some values missing.
const csv = await readFile(new URL('../src/11-penguins.csv', import.meta.url), 'utf8');
const table = readTable(csv);
const order = randomPermutation(key(0), table.length);
const [known, heldOut] = [selectRows(table, order.slice(0, 230)), selectRows(table, order.slice(230))];
const codec = tableCodec(table); // numbers standardised, categories one-hot, what is missing flagged
console.log(codec.layout.map(({ name, kind, width }) => `${name}: ${kind}, ${width}`).join('\n'));
// #endregion table

// #region train
const model = vae(denseTableVae({ layout: codec.layout, hidden: [64, 64], latents: 6 }));
const data = batches(fromArrays(codec.encode(known)), { size: 115, key: key(1) });
await using run = train(minimize(elbo(model), adamW(2e-3)), { data, steps: quick ? 30 : 2_000, key: key(2) });
for await (const { step, metrics } of run) {
  if (step % 500 === 0) console.log(`step ${step}: −ELBO ${metrics.loss.toFixed(2)} nats`);
}
// #endregion train

// #region sample
using rows = owned(scope(() => ({ x: model.given(run.state.params).sample(key(3), [known.length]) }))); // (230, features)
const synthetic = codec.decode(await rows.x.data());
const file = join(await mkdtemp(join(tmpdir(), 'genai-')), 'synthetic-penguins.csv');
await writeFile(file, writeTable(synthetic));
console.log(`\n${writeTable(synthetic).split('\n').slice(0, 6).join('\n')}\n… in ${file}`);
// #endregion sample

// #region marginals
// Each figure beside that of held-out real rows: what chance alone makes of a perfect copy of the distribution.
console.log('\ncolumn by column, 0 is best: synthetic beside held-out rows');
for (const [i, { name, kind }] of table.columns.entries()) {
  const distance = kind === 'number' ? kolmogorovSmirnov : totalVariation;
  const [a, b] = [synthetic, heldOut].map((other) => distance(valuesOf(known, i), valuesOf(other, i)));
  console.log(`  ${name.padEnd(18)} ${kind === 'number' ? 'KS' : 'TV'} ${a!.toFixed(3)}  ${b!.toFixed(3)}`);
}
const [far, near] = [synthetic, heldOut].map((other) => correlationError(known, other));
console.log(`pairs of columns, mean error of correlations: ${far!.toFixed(3)}  ${near!.toFixed(3)}`);
// #endregion marginals

// #region use
// Are they of use? A classifier of synthetic rows, tested on real ones it has not seen, beside one of real rows.
for (const target of ['species', 'sex']) {
  const [ours, theirs] = [await accuracy(synthetic, target), await accuracy(known, target)];
  console.log(`${target} told from the other columns: ${ours} trained on synthetic rows, ${theirs} on real ones`);
}
// #endregion use

// #region copies
// Are they copies? How far each is from the nearest row it was trained on, beside held-out rows.
const featuresOf = (some: Table) => tensor2d(codec.encode(some).data, [some.length, codec.width]);
using points = owned({ known: featuresOf(known), synthetic: featuresOf(synthetic), heldOut: featuresOf(heldOut) });
for (const name of ['synthetic', 'heldOut'] as const) {
  const distances = (await nearestNeighbours(points[name], points.known)).map(({ distances }) => distances[0]!);
  const middle = distances.sort((a, b) => a - b)[distances.length >> 1]!;
  const copies = distances.filter((distance) => distance < 1e-3).length;
  console.log(
    `${name}: ${middle.toFixed(2)} to the nearest real row (the median), ${copies} of ${distances.length} the same`,
  );
}
// #endregion copies

function valuesOf({ columns }: Table, column: number): readonly (number | string | null)[] {
  return columns[column]!.values;
}

/** ½ Σ |p − q| over categories, missing one of them. */
function totalVariation(a: readonly unknown[], b: readonly unknown[]): number {
  const share = (values: readonly unknown[], value: unknown): number =>
    values.filter((other) => other === value).length / values.length;
  return [...new Set([...a, ...b])].reduce<number>((sum, v) => sum + Math.abs(share(a, v) - share(b, v)) / 2, 0);
}

/** The largest difference of two shares of values up to some x. */
function kolmogorovSmirnov(a: readonly unknown[], b: readonly unknown[]): number {
  const numbers = [a, b].map((values) => values.filter((value) => typeof value === 'number')) as [number[], number[]];
  const upTo = (values: number[], x: number): number => values.filter((v) => v <= x).length / values.length;
  return Math.max(...numbers.flat().map((x) => Math.abs(upTo(numbers[0], x) - upTo(numbers[1], x))));
}

/** Mean |r − r'| over all pairs of features that belong to different columns. */
function correlationError(a: Table, b: Table): number {
  const [first, second] = [correlations(a), correlations(b)];
  const column = codec.layout.flatMap(({ width }, i) => new Array<number>(width).fill(i));
  const errors = first.flatMap((row, i) =>
    row.flatMap((r, j) => (column[i]! < column[j]! ? [Math.abs(r - second[i]![j]!)] : [])),
  );
  return errors.reduce((sum, error) => sum + error / errors.length, 0);
}

function correlations(some: Table): number[][] {
  const { data, shape } = codec.encode(some);
  const [count, width] = shape;
  const columns = Array.from({ length: width }, (_, j) => {
    const values = Array.from({ length: count }, (_, i) => data[i * width + j]!);
    const centre = values.reduce((sum, v) => sum + v / count, 0);
    const norm = Math.hypot(...values.map((v) => v - centre)) || 1; // a constant is correlated with nothing
    return values.map((v) => (v - centre) / norm);
  });
  return columns.map((x) => columns.map((y) => x.reduce((sum, v, i) => sum + v * y[i]!, 0)));
}

/** The share of held-out rows whose `target` a softmax regression tells from the other columns, trained on `rows`. */
async function accuracy(rows: Table, target: string): Promise<string> {
  const others = tableCodec(table, { columns: table.columns.flatMap(({ name }) => (name === target ? [] : [name])) });
  const column = table.columns.findIndex(({ name }) => name === target);
  const classes = [...new Set(valuesOf(table, column))].filter((value) => value !== null).sort();
  const labelled = (some: Table) => {
    const full = [...valuesOf(some, column).keys()].filter((row) => valuesOf(some, column)[row] !== null);
    const chosen = selectRows(some, full);
    const labels = Int32Array.from(valuesOf(chosen, column), (value) => classes.indexOf(value!));
    return { length: labels.length, set: fromArrays({ x: others.encode(chosen), label: labels }) };
  };
  const classifier = dense(others.width, classes.length);
  const objective = {
    init: classifier.init,
    loss: (params: ReturnType<typeof classifier.init>, { x, label }: Awaited<ReturnType<typeof read>>) =>
      scope(() => ({ loss: mean(softmaxCrossEntropy(classifier.apply(params, x), label)) })),
  };
  const read = async (of: ReturnType<typeof labelled>) =>
    of.set.read(Uint32Array.from({ length: of.length }, (_, i) => i));
  const examples = labelled(rows);
  await using fit = train(minimize(objective, adam(0.05)), {
    data: batches(examples.set, { size: examples.length }),
    steps: quick ? 20 : 300,
    key: key(4),
  });
  for await (const _ of fit);
  using test = owned(await read(labelled(heldOut)));
  using guess = owned({ of: scope(() => argMax(classifier.apply(fit.state.params, test.x), -1)) });
  const [told, right] = [await guess.of.data(), await test.label.data()];
  return `${((100 * right.filter((label, i) => label === told[i]).length) / right.length).toFixed(1)} %`;
}
