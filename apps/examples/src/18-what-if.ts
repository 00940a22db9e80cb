/**
 * What would this penguin measure, were it of another species? A conditional flow of a small table answers, makes penguins heavier with
 * all that follows, finds rows with a wrong value and says which, and writes rows of its own, with a look at what they give away.
 */
// #region table
import { readFile, writeFile } from 'node:fs/promises';
import { useBackend } from '@genai/backend';
import { type Key, key, randomNormal, randomPermutation } from '@genai/core';
import { batches, fromArrays, map, readTable, type Table, tableCodec, tableOf, writeTable } from '@genai/data';
import { auroc, nearestNeighbours } from '@genai/eval';
import { attributeDirection, attributions, conditionalNll, editAttribute, nsf, whatIf } from '@genai/flow';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { adamW, minimize, train, warmupCosine } from '@genai/train';
import { abs, add, concat, max, mul, neg, sub, type Tensor, tanh, tensor1d, tensor2d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

/** A row of the table: what is known of a penguin, and four measurements. */
type Penguin = { readonly species: string; readonly sex: string; readonly size: readonly number[] };
const names = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g'];
const mass = 3;
const steps = [0.1, 0.1, 1, 25]; // what each measurement was rounded to
// Penguins of the Palmer archipelago (Gorman, Williams and Fraser 2014; CC0): of 344 rows the 333 that miss nothing.
const csv = readTable(await readFile(new URL('../src/11-penguins.csv', import.meta.url), 'utf8'));
const complete = penguinsOf(csv).filter(({ sex, size }) => sex !== 'null' && size.every((value) => value > 0));
const order = Array.from(randomPermutation(key(3), complete.length), (i) => complete[i]!);
const [known, heldOut] = [order.slice(0, 222), order.slice(222)];
const rows = tableCodec(tableFrom(known), { columns: names }); // standardised: 4 features
const kinds = tableCodec(tableFrom(known), { columns: ['species', 'sex'] }); // one-hot: 3 + 2 features

function penguinsOf({ columns, length }: Table): Penguin[] {
  const column = (name: string) => columns.find((one) => one.name === name)!.values;
  const [species, sex, ...sizes] = ['species', 'sex', ...names].map(column);
  const row = (i: number) => ({
    species: String(species![i]),
    sex: String(sex![i]),
    size: sizes.map((values) => Number(values[i])),
  });
  return Array.from({ length }, (_, i) => row(i));
}

function tableFrom(penguins: readonly Penguin[]): Table {
  const measured = names.map((name, j) => [name, sizes(penguins, j)] as const);
  const { species, sex } = { species: penguins.map((p) => p.species), sex: penguins.map((p) => p.sex) };
  return tableOf({ species, sex, ...Object.fromEntries(measured) });
}

/** What a model sees of penguins: x, (penguins, 4), and context, (penguins, 5). */
function tensorsOf(penguins: readonly Penguin[]): { readonly x: Tensor; readonly context: Tensor } {
  const [table, count] = [tableFrom(penguins), penguins.length];
  return {
    x: tensor2d(rows.encode(table).data, [count, rows.width]),
    context: tensor2d(kinds.encode(table).data, [count, kinds.width]),
  };
}

/** The same penguins with the measurements of a tensor, (penguins, 4); the codec keeps them in the range that it has seen. */
async function measured(penguins: readonly Penguin[], x: Tensor): Promise<Penguin[]> {
  const { columns } = rows.decode(await x.data());
  return penguins.map((penguin, i) => ({ ...penguin, size: columns.map(({ values }) => Number(values[i])) }));
}
// #endregion table

// #region train
const model = nsf({
  features: rows.width,
  context: kinds.width,
  transforms: 1,
  bins: 3,
  bound: 4,
  hidden: [32],
  activation: tanh,
});
// Rounded values lie on a grid, where a density can grow without end: noise as wide as a step fills the gaps between them.
const { columns } = rows.toJSON();
const deviations = columns.map((c) => (c.kind === 'number' && c.scale.kind === 'standard' ? c.scale.deviation : 1));
const widths = steps.map((step, j) => step / deviations[j]!); // in features
const filled = (x: Tensor, k: Key): Tensor =>
  add(x, mul(uniformNoise(k, x.shape, { min: -0.5, max: 0.5 }), tensor1d(widths)));
// A little more noise and strong weight decay, because 222 rows are few: chosen on other splits of the table than this one.
const blurred = (x: Tensor, k: Key): Tensor => add(x, mul(normalNoise(k, x.shape), 0.1));
const examples = fromArrays({ x: rows.encode(tableFrom(known)), context: kinds.encode(tableFrom(known)) });
const data = map(batches(examples, { size: 111, key: key(1) }), ({ x, context }, number) => ({
  x: scope(() => blurred(filled(x, key(2 * number)), key(2 * number + 1))),
  context,
}));
const moves = quick ? 30 : 400;
const optimizer = adamW(warmupCosine({ peak: 3e-3, steps: moves, end: 1e-4 }), { weightDecay: 1 });
await using run = train(minimize(conditionalNll(model), optimizer), { data, steps: moves, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 100 === 0) console.log(`step ${step}: −log p ${metrics.loss.toFixed(2)} nats`);
}
const { params } = run.state;

const plain = normalsOf(known);
const usual = { flow: await surpriseOf(heldOut), plain: plain(heldOut) };
// With so few rows the splits differ: on two others the flow was 0.11 nats ahead and 0.03 behind.
console.log(`\n−log p of ${heldOut.length} held-out rows given species and sex, in nats of standardised features`);
console.log(`  the flow ${average(usual.flow).toFixed(2)}, normal distributions ${average(usual.plain).toFixed(2)}`);

/** −log p(measurements | species, sex) of each, exactly. */
async function surpriseOf(penguins: readonly Penguin[]): Promise<Float32Array> {
  using made = owned(
    scope(() => {
      const { x, context } = tensorsOf(penguins);
      return { of: neg(model.given(params, context).logProb(x)) }; // (penguins)
    }),
  );
  return made.of.data<'float32'>();
}
// #endregion train

// #region what-if
// The noise that made each in its own species is kept, and its sex. It says what goes along with a species, not what causes it.
const as = (penguins: readonly Penguin[], species: string): Penguin[] => penguins.map((p) => ({ ...p, species }));
const [adelies, gentoos] = ['Adelie', 'Gentoo'].map((name) => heldOut.filter(({ species }) => species === name));
using own = owned(tensorsOf(adelies!));
using other = owned({ context: kindsOf(as(adelies!, 'Gentoo')) });
using made = owned(
  scope(() => {
    const x = whatIf(model, params, own.x, { was: own.context, would: other.context });
    const back = whatIf(model, params, x, { was: other.context, would: own.context });
    return { x, error: max(abs(sub(back, own.x))) };
  }),
);
const changed = await measured(as(adelies!, 'Gentoo'), made.x);
const error = (await made.error.data())[0]!;
console.log(
  `\n${changed.length} held-out Adelies as Gentoos; there and back moves a feature by ${error.toExponential(0)} or less`,
);
for (const i of [0, 1, 2]) console.log(`  ${written(adelies![i]!.size)}  →  ${written(changed[i]!.size)}`);
console.log(
  `  means ${meansOf(adelies!)}  →  ${meansOf(changed)}; of ${gentoos!.length} real Gentoos ${meansOf(gentoos!)}`,
);
for (const sex of ['female', 'male']) {
  const [before, after] = [adelies!, changed].map((some) =>
    sizes(
      some.filter((p) => p.sex === sex),
      mass,
    ),
  );
  const r = correlation(before!, after!).toFixed(2);
  console.log(`  ${before!.length} ${sex}s: the heavy stay the heavy ones, correlation of masses ${r}`);
}
// A density is a classifier as well, by the rule of Bayes: p(species | x, sex) ∝ p(x | species, sex) · p(species).
const told = await speciesOf(heldOut);
const [right, taken] = [
  heldOut.filter(({ species }, i) => species === told[i]).length,
  (await speciesOf(changed)).filter((species) => species === 'Gentoo').length,
];
console.log(`  by its densities the flow tells the species of ${right} of ${heldOut.length} held-out rows,`);
console.log(`  and takes ${taken} of the ${changed.length} Adelies that were changed for Gentoos`);

async function speciesOf(penguins: readonly Penguin[]): Promise<string[]> {
  const best = penguins.map(() => ({ species: '', log: Number.NEGATIVE_INFINITY }));
  for (const species of ['Adelie', 'Chinstrap', 'Gentoo']) {
    const prior = known.filter((p) => p.species === species).length / known.length;
    for (const [i, surprise] of (await surpriseOf(as(penguins, species))).entries()) {
      const log = Math.log(prior) - surprise;
      if (log > best[i]!.log) best[i] = { species, log };
    }
  }
  return best.map(({ species }) => species);
}

function kindsOf(penguins: readonly Penguin[]): Tensor {
  return tensor2d(kinds.encode(tableFrom(penguins)).data, [penguins.length, kinds.width]);
}
// #endregion what-if

// #region heavier
// Heavy and light ones, as many of both of each species and sex, in one order: the direction is of mass, not of what goes along with it.
const groups = [...new Set(known.map(kindOf))].map((kind) =>
  known.filter((p) => kindOf(p) === kind).sort((a, b) => a.size[mass]! - b.size[mass]!),
);
using light = owned(tensorsOf(groups.flatMap((group) => group.slice(0, group.length >> 1))));
using heavy = owned(tensorsOf(groups.flatMap((group) => group.slice(-(group.length >> 1)))));
using test = owned(tensorsOf(heldOut));
using heavier = owned({
  along: attributeDirection(model.at(heavy.context), params, { withAttribute: heavy.x, without: light.x }), // (4)
});
const edited = async (strength: number): Promise<Penguin[]> => {
  using made = owned({ x: editAttribute(model.at(test.context), params, test.x, heavier.along, strength) });
  return measured(heldOut, made.x);
};
const [less, same, more] = [await edited(-0.25), await edited(0), await edited(0.25)];
console.log(
  `\n${heldOut.length} held-out rows made lighter and heavier, a quarter of the way from the light half to the heavy one`,
);
console.log(`  means ${meansOf(less)}  ←  ${meansOf(same)}  →  ${meansOf(more)}`);
console.log('  what follows a kilogram: by the edit, in rows of one species and sex, in all rows');
for (const [j, name] of names.slice(0, mass).entries()) {
  const change = (j: number): number => average(sizes(more, j)) - average(sizes(less, j));
  const slopes = [(1_000 * change(j)) / change(mass), slope(known, j, kindOf), slope(known, j, () => 'all')];
  console.log(`  ${name.padEnd(18)} ${slopes.map((s) => s.toFixed(1).padStart(6)).join(' mm')} mm`);
}

/** By how many mm measurement j goes up with a kilogram among those of one group. */
function slope(penguins: readonly Penguin[], j: number, group: (penguin: Penguin) => string): number {
  const centred = (j: number): number[] =>
    penguins.map(
      (p) =>
        p.size[j]! -
        average(
          sizes(
            penguins.filter((q) => group(q) === group(p)),
            j,
          ),
        ),
    );
  const [x, y] = [centred(mass), centred(j)];
  return (1_000 * covariance(x, y)) / covariance(x, x);
}
// #endregion heavier

// #region odd
// One measurement of each held-out row is exchanged for that of a row of another species: possible as such, odd beside the others.
const place = (i: number): number => i % 4;
const swapped = heldOut.map((penguin, i) => {
  const others = heldOut.filter(({ species }) => species !== penguin.species);
  return { ...penguin, size: penguin.size.with(place(i), others[(7 * i) % others.length]!.size[place(i)]!) };
});
const surprise = await surpriseOf(swapped);
console.log(`\nAUROC of ${heldOut.length} rows with one measurement from another species against the same without`);
for (const [name, odd, of] of [
  ['−log p of the flow', surprise, usual.flow],
  ['−log p of normal distributions', plain(swapped), usual.plain],
  ['the most extreme value by itself', extremes(swapped), extremes(heldOut)],
] as const) {
  console.log(`  ${name.padEnd(32)} ${auroc({ odd, usual: of }).toFixed(3)}`);
}
// Which one is it? That which takes most from log p on the way from the mean of the species and sex.
const middles = new Map(
  groups.map((group) => [kindOf(group[0]!), names.map((_, j) => average(sizes(group, j)))] as const),
);
using odd = owned(tensorsOf(swapped));
using typical = owned(tensorsOf(heldOut.map((p) => ({ ...p, size: middles.get(kindOf(p))! }))));
using blame = owned({
  attributions: attributions(model.at(odd.context), params, odd.x, { reference: typical.x }), // (111, 4)
  distance: scope(() => neg(abs(sub(odd.x, typical.x)))),
});
const limit = [...usual.flow].sort((a, b) => a - b)[Math.floor(0.95 * usual.flow.length)]!;
const caught = [...swapped.keys()].filter((i) => surprise[i]! > limit);
const hits = async (by: Tensor): Promise<number> => {
  const values = await by.data();
  const least = (i: number): number => [0, 1, 2, 3].reduce((a, b) => (values[4 * i + b]! < values[4 * i + a]! ? b : a));
  return caught.filter((i) => least(i) === place(i)).length;
};
console.log(
  `  ${caught.length} are odder than 95 % of the usual ones: attributions name the measurement in ${await hits(blame.attributions)} of them,`,
);
console.log(
  `  the distance from the mean of its species and sex in ${await hits(blame.distance)}, chance in ${(caught.length / 4).toFixed(0)}`,
);
// #endregion odd

// #region synthetic
const rounded = (size: readonly number[]): number[] =>
  size.map((value, j) => Number((steps[j]! * Math.round(value / steps[j]!)).toFixed(1)));
using asked = owned({ context: kindsOf(known) }); // as many of each species and sex as there are
using drawn = owned({ x: scope(() => model.given(params, asked.context).sample(key(5))) }); // (222, 4)
const synthetic = (await measured(known, drawn.x)).map((p) => ({ ...p, size: rounded(p.size) }));
const file = new URL('18-synthetic-penguins.csv', import.meta.url);
await writeFile(file, writeTable(tableFrom(synthetic)));
console.log(`\nwrote ${file.pathname}`);
// Do they give away the rows they were learnt from? Then they would lie nearer to those than held-out rows do.
const noise = randomNormal(key(6), 4 * known.length);
const leak = synthetic.map((penguin, i) => {
  const copy = known[i]!.size.map((value, j) => value + 0.1 * deviations[j]! * noise[4 * i + j]!);
  return i % 2 ? penguin : { ...penguin, size: rounded(copy) };
});
const real = await toKnown(heldOut);
const near = [...real].sort((a, b) => a - b)[Math.floor(0.05 * real.length)]!;
for (const [name, penguins] of Object.entries({
  'synthetic rows': synthetic,
  'half of them copies with noise': leak,
})) {
  const distances = await toKnown(penguins);
  const nearer = (100 * auroc({ odd: real, usual: distances })).toFixed(0);
  const close = distances.filter((distance) => distance < near).length;
  console.log(
    `${name}: in ${nearer} % of pairs nearer to a row of the table than a held-out one is, 50 % if nothing leaks;`,
  );
  console.log(
    `  ${close} of ${penguins.length} are nearer than all but ${((100 * real.filter((d) => d < near).length) / real.length).toFixed(1)} % of ${real.length} held-out rows`,
  );
}
// Rows are one thing, the model another: whoever has that may ask it for densities, higher for what it has learnt.
const member = auroc({ odd: usual.flow, usual: await surpriseOf(known) });
console.log(
  `by −log p itself a row of the table is told from a held-out one with an AUROC of ${member.toFixed(2)}, 0.5 if nothing leaks`,
);

/** How far each is from the nearest known row, in standardised measurements, species and sex. */
async function toKnown(penguins: readonly Penguin[]): Promise<number[]> {
  const points = ({ x, context }: ReturnType<typeof tensorsOf>): Tensor => concat([x, context], 1); // (penguins, 9)
  using both = owned(scope(() => ({ asked: points(tensorsOf(penguins)), known: points(tensorsOf(known)) })));
  return (await nearestNeighbours(both.asked, both.known)).map(({ distances }) => distances[0]!);
}
// #endregion synthetic

// #region tools
function kindOf({ species, sex }: Penguin): string {
  return `${species}, ${sex}`;
}

function sizes(penguins: readonly Penguin[], j: number): number[] {
  return penguins.map(({ size }) => size[j]!);
}

function written(size: readonly number[]): string {
  return size.map((value, j) => value.toFixed(j < 2 ? 1 : 0)).join(' ');
}

function meansOf(penguins: readonly Penguin[]): string {
  return written(names.map((_, j) => average(sizes(penguins, j))));
}

function average(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value / values.length, 0);
}

function covariance(a: readonly number[], b: readonly number[]): number {
  const [m, n] = [average(a), average(b)];
  return average(a.map((value, i) => (value - m) * (b[i]! - n)));
}

function correlation(a: readonly number[], b: readonly number[]): number {
  return covariance(a, b) / Math.sqrt(covariance(a, a) * covariance(b, b));
}

function featuresOf(penguins: readonly Penguin[]): number[][] {
  const { data } = rows.encode(tableFrom(penguins));
  return penguins.map((_, i) => Array.from(data.subarray(4 * i, 4 * i + 4)));
}

/** How many deviations the most extreme measurement is away from the mean of its column. */
function extremes(penguins: readonly Penguin[]): number[] {
  return featuresOf(penguins).map((row) => Math.max(...row.map(Math.abs)));
}

/** −log p by a normal distribution for each species and sex, with one covariance for all: hard to beat with few rows. */
function normalsOf(known: readonly Penguin[]): (penguins: readonly Penguin[]) => number[] {
  const own = new Map<string, number[][]>();
  for (const [i, row] of featuresOf(known).entries()) {
    const kind = kindOf(known[i]!);
    own.set(kind, [...(own.get(kind) ?? []), row]);
  }
  const centred = (penguins: readonly Penguin[]): number[][] =>
    featuresOf(penguins).map((row, i) =>
      row.map((value, j) => value - average(own.get(kindOf(penguins[i]!))!.map((other) => other[j]!))),
    );
  const left = centred(known);
  const root: number[][] = []; // of the covariance, by Cholesky
  /** The coordinates in which the covariance is 1, and what remains of d. */
  const solve = (d: readonly number[]): number[] => {
    const z: number[] = [];
    for (const [a, row] of root.entries()) z.push((d[a]! - z.reduce((sum, v, k) => sum + v * row[k]!, 0)) / row[a]!);
    return z;
  };
  for (let a = 0; a < 4; a++) {
    const row = solve([0, 1, 2, 3].map((b) => average(left.map((d) => d[a]! * d[b]!))));
    root.push([...row, Math.sqrt(average(left.map((d) => d[a]! ** 2)) - row.reduce((sum, v) => sum + v * v, 0))]);
  }
  const logDet = root.reduce((sum, row, a) => sum + Math.log(row[a]!), 0);
  return (penguins) =>
    centred(penguins).map((d) => solve(d).reduce((sum, z) => sum + z ** 2 / 2, logDet + 2 * Math.log(2 * Math.PI)));
}
// #endregion tools
