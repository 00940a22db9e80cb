/**
 * Lines of JSON by a model of tokens, under control: what it writes freely and by a schema, dates by a regular expression, sums by a grammar,
 * a classifier that was never trained to be one, the likeliest lines found by beams, and what a constraint costs.
 */
import {
  beamSearch,
  bestOf,
  choices,
  constrain,
  elementLogProbs,
  type Generated,
  generate,
  generateBatch,
  grammar,
  jsonSchema,
  nll,
  recurrentNet,
  regex,
  type TokenConstraint,
  tokenModel,
} from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { fold, key, randomUniform } from '@genai/core';
import { batches, lineSequences, trainBytePairs } from '@genai/data';
import { lstm } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { mul, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region data
type Item = { readonly name: string; readonly tags: readonly string[]; readonly price: number; readonly since: string };
const departments = {
  kitchen: ['tray', 'bowl', 'kettle', 'ladle', 'jug'],
  garden: ['bench', 'lantern', 'trowel', 'planter', 'bucket'],
  office: ['desk', 'lamp', 'clock', 'stapler', 'letter rack'],
  bath: ['towel rail', 'mirror', 'soap dish', 'stool', 'basket'],
};
const materials = ['oak', 'walnut', 'steel', 'copper', 'glass', 'linen', 'clay', 'brass'];
const extras = ['new', 'sale', 'handmade'];
const tags = [...Object.keys(departments), ...materials, ...extras];

/** Item i of a catalogue in which one in ten stands in another department than its kind. */
function item(i: number): Item {
  const draws = randomUniform(fold(key(7), i), 9);
  let used = 0;
  const upTo = (count: number): number => Math.floor(draws[used++]! * count);
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const [own, kinds] = one(Object.entries(departments));
  const [kind, material] = [one(kinds), one(materials)];
  const others = Object.keys(departments).filter((name) => name !== own);
  const department = upTo(10) === 0 ? one(others) : own;
  const since = new Date(Date.UTC(2019, 0, 1 + upTo(6 * 365))).toISOString().slice(0, 10);
  const base = 10 * (1 + kinds.indexOf(kind)) + 7 * materials.indexOf(material);
  const extra = draws[8]! < 0.4 ? [extras[Math.floor((draws[8]! / 0.4) * extras.length)]!] : [];
  return { name: `${material} ${kind}`, tags: [department, material, ...extra], price: base + upTo(10), since };
}

const catalogue = Array.from({ length: quick ? 300 : 8_000 }, (_, i) => item(i));
const heldOut = Array.from({ length: quick ? 20 : 500 }, (_, i) => item(1_000_000 + i));
const lines = catalogue.map((one) => JSON.stringify(one));
const tokenizer = trainBytePairs(lines, { vocabulary: 384, special: ['<|end|>'] });
const end = tokenizer.specialToken('<|end|>');
console.log(
  `${lines.length} lines such as ${lines[0]}\nwhich is ${tokenizer.encode(lines[0]!).length} tokens of ${tokenizer.vocabulary}`,
);
// #endregion data

// #region train
const width = quick ? 32 : 96;
const model = tokenModel({
  vocabulary: tokenizer.vocabulary,
  net: recurrentNet(lstm(width, width)),
  beginToken: end, // a line begins where the one before it ends
  endToken: end,
});
const steps = quick ? 30 : 1_000;
const optimizer = chain(clipByGlobalNorm(1), adam(warmupCosine({ peak: 5e-3, warmup: steps / 20, steps, end: 1e-4 })));
const data = batches(lineSequences(lines, tokenizer, { end }), { size: quick ? 16 : 64, key: key(1) });
await using run = train(minimize(nll(model), optimizer), { data, steps, key: key(0) });
for await (const { step, metrics } of run) {
  if (step % 200 === 0) console.log(`step ${step}: ${metrics.loss.toFixed(3)} nats a token`);
}
const { params } = run.state;
// #endregion train

// #region schema
const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', pattern: '^[a-z]{2,10} [a-z ]{2,12}$' },
    tags: { type: 'array', items: { enum: tags }, minItems: 1, maxItems: 3 },
    price: { type: 'integer', minimum: 1, maximum: 999 },
    since: { type: 'string', format: 'date' },
  },
  required: ['name', 'tags', 'price', 'since'],
};
const spelling = Array.from({ length: tokenizer.vocabulary }, (_, token) => tokenizer.tokenBytes(token));
const byTheSchema = constrain(jsonSchema(schema), spelling, { special: [end] });

const count = quick ? 4 : 200;
console.log(
  `\nof ${count} lines: those that JSON.parse takes, those valid by the schema, those whose material is among their tags`,
);
for (const temperature of [0.7, 1, 1.5]) {
  const [free, held] = [await drawn(temperature), await drawn(temperature, byTheSchema)];
  console.log(`  temperature ${temperature}: freely ${report(free)}; by the schema ${report(held)}`);
  if (!held.every((line) => isItem(parsed(line)))) process.exitCode = 1;
  if (temperature === 1.5) {
    const broken = free.find((line) => !parsed(line)) ?? free[0];
    console.log(`  freely, for instance: ${broken}\n  by the schema:        ${held[0]}`);
  }
}

async function drawn<A>(temperature: number, constraint?: TokenConstraint<A>): Promise<string[]> {
  const prompts = Array.from({ length: count }, () => []);
  const { result } = generateBatch(model, params, { prompts, steps: 200, temperature, constraint, key: key(2) });
  return (await result).map(({ tokens }) => tokenizer.decode(tokens));
}

function report(texts: readonly string[]): string {
  const parse = texts.map(parsed).filter((value) => value !== undefined);
  const valid = parse.filter(isItem);
  return `${parse.length}, ${valid.length}, ${valid.filter(({ name, tags }) => tags.includes(name.split(' ')[0]!)).length}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What the schema says, written once more by hand: a check that knows nothing of automata. */
function isItem(value: unknown): value is Item {
  if (typeof value !== 'object' || value === null) return false;
  const { name, since, price, tags: own, ...rest } = value as Record<string, unknown>;
  const day = new Date(String(since));
  return (
    Object.keys(rest).length === 0 &&
    /^[a-z]{2,10} [a-z ]{2,12}$/.test(String(name)) &&
    !Number.isNaN(day.getTime()) &&
    day.toISOString().slice(0, 10) === since &&
    Number.isInteger(price) &&
    Number(price) >= 1 &&
    Number(price) <= 999 &&
    Array.isArray(own) &&
    own.length >= 1 &&
    own.length <= 3 &&
    own.every((tag) => tags.includes(tag))
  );
}
// #endregion schema

// #region regex
// All dates of the catalogue are before 2025. A constraint makes the model say what it would never say by itself, and log p tells.
const prompt = tokenizer.encode('{"name":"oak tray","tags":["kitchen","oak"],"price":14,"since":"');
const someDay = { prompt, steps: 12, key: key(3) };
const coming = constrain(regex(/2031-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/), spelling, { special: [end] });
for (const [what, options] of Object.entries({
  'as it likes': { ...someDay, stop: [tokenizer.encode('"}')] },
  'in 2031': { ...someDay, constraint: coming },
})) {
  const { tokens, logProb } = await generate(model, params, options).result;
  console.log(
    `${what === 'as it likes' ? '\n' : ''}a date ${what}: ${tokenizer.decode(tokens)}, log p ${logProb.toFixed(1)} nats`,
  );
}
// #endregion regex

// #region grammar
// A grammar counts parentheses, which no regular expression can. The model has not seen one sum: the form is the grammar's alone.
const sums = constrain(
  grammar(`
    root ::= term ([+*-] term){1,3}
    term ::= [1-9] [0-9]? | "(" root ")"
  `),
  spelling,
  { special: [end] },
);
// It knows the sign − from dates, and would hardly ever take others: they are made likelier.
const bias = Object.fromEntries(Array.from(tokenizer.encode('+*('), (token) => [token, 4]));
const made: string[] = [];
let cut = 0;
for (let i = 0; i < (quick ? 3 : 50); i++) {
  const options = { steps: 40, constraint: sums, bias, key: fold(key(4), i) };
  const { tokens, stopped } = await generate(model, params, options).result;
  if (stopped === 'steps') cut++;
  else made.push(tokenizer.decode(tokens));
}
if (!made.every(isSum)) process.exitCode = 1;
const nested = made.filter((text) => text.includes('('));
console.log(`\n${made.length} sums, ${made.filter(isSum).length} of them well formed, ${cut} not done after 40 tokens`);
console.log(`  with parentheses ${nested.length}, such as ${nested.slice(0, 3).join('  ')}`);

/** Whether nothing but a number is left if what can be added up is replaced by a 1. */
function isSum(text: string): boolean {
  for (let now = text, before = ''; ; ) {
    before = now;
    now = now.replace(/\(\d+([+*-]\d+)+\)/, '1');
    if (now === before) return /^\d+([+*-]\d+)+$/.test(now);
  }
}
// #endregion grammar

// #region classify
// A department by what follows `"tags":["`: the log-probability of each answer, after the name of an item of another key.
const answers = Object.keys(departments).map((name) => tokenizer.encode(name));
const asked = heldOut.map((one) => {
  const line = JSON.stringify(one);
  return tokenizer.encode(line.slice(0, line.indexOf('["') + 2));
});
const scores = await scored(asked.flatMap((before) => answers.map((answer) => ({ before, answer }))));
const told = asked.map((_, i) => {
  const own = scores.slice(i * answers.length, (i + 1) * answers.length);
  return Object.keys(departments)[own.indexOf(Math.max(...own))]!;
});
const share = (rightly: number): string => `${((100 * rightly) / heldOut.length).toFixed(1)} %`;
const right = heldOut.filter(({ tags }, i) => tags[0] === told[i]).length;
// One in ten stands elsewhere than its kind, which nobody can foresee.
const usual = heldOut.filter(({ name, tags }) =>
  Object.entries(departments).some(([own, kinds]) => own === tags[0] && kinds.some((kind) => name.endsWith(kind))),
).length;
const oneOf = constrain(choices(Object.keys(departments)), spelling, { special: [end] });
const { result } = generateBatch(model, params, {
  prompts: asked,
  steps: 20,
  constraint: oneOf,
  greedy: true,
  key: key(5),
});
const greedy = (await result).map(({ tokens }) => tokenizer.decode(tokens));
console.log(`\nthe department of ${heldOut.length} items of another key: right in ${share(right)}`);
console.log(`  whoever knows the rules of the catalogue is right in ${share(usual)}, chance in 25 %`);
console.log(
  `  drawn greedily among the four: the same in ${share(greedy.filter((name, i) => name === told[i]).length)}`,
);

/** log p(answer | what stands before it) in nats, summed over the tokens of the answer. */
async function scored(
  pairs: readonly { readonly before: Int32Array; readonly answer: Int32Array }[],
): Promise<number[]> {
  const length = Math.max(...pairs.map(({ before, answer }) => before.length + answer.length));
  const [elements, mask] = [new Int32Array(pairs.length * length), new Float32Array(pairs.length * length)];
  for (const [i, { before, answer }] of pairs.entries()) {
    elements.set([...before, ...answer], i * length);
    mask.fill(1, i * length + before.length, i * length + before.length + answer.length);
  }
  const shape: [number, number] = [pairs.length, length];
  using made = owned(
    scope(() => {
      const counted = tensor2d(mask, shape); // (pairs, length)
      const { logProbs } = elementLogProbs(model, params, { elements: tensor2d(elements, shape, 'int32') });
      return { logs: sum(mul(logProbs, counted), 1) as Tensor }; // (pairs)
    }),
  );
  return Array.from(await made.logs.data());
}
// #endregion classify

// #region search
// What is likeliest is not what is good. Beams are compared after equally many tokens, though a line that has its date behind it has
// paid more than one that is still at its tags; and with many beams the line that ends at once, which costs one token, may win.
const beginnings = (quick ? ['oak'] : ['oak', 'copper', 'linen', 'glass']).map((material) =>
  tokenizer.encode(`{"name":"${material}`),
);
const most = 60;
const ways: { readonly [way: string]: (prompt: Int32Array, i: number) => Promise<Generated> } = {
  'one draw': (prompt, i) => generate(model, params, { prompt, steps: most, key: fold(key(6), i) }).result,
  'the best of 8 draws': (prompt, i) => bestOf(model, params, { prompt, steps: most, count: 8, key: fold(key(6), i) }),
  greedily: (prompt) => generate(model, params, { prompt, steps: most, greedy: true, key: key(6) }).result,
  '8 beams': async (prompt) => (await beamSearch(model, params, { prompt, steps: most, beams: 8 }))[0]!,
  '64 beams': async (prompt) => (await beamSearch(model, params, { prompt, steps: most, beams: 64 }))[0]!,
  '64 beams, by the mean over tokens': async (prompt) =>
    (await beamSearch(model, params, { prompt, steps: most, beams: 64, lengthPenalty: 1 }))[0]!,
};
console.log('\nlog p of the rest of a line in nats, the mean over beginnings, and the first of these');
for (const [way, find] of Object.entries(ways)) {
  const found = await Promise.all(beginnings.map(find));
  const mean = found.reduce((sum, { logProb }) => sum + logProb / found.length, 0);
  console.log(
    `  ${way.padEnd(34)} ${mean.toFixed(2).padStart(7)}  ${tokenizer.decode(found[0]!.tokens) || '(nothing)'}`,
  );
}
// #endregion search

// #region cost
// A mask is made the first time that its state is met, then kept. Two ways by turns, for other programs may be at work too.
const fresh = constrain(jsonSchema(schema), spelling, { special: [end] });
await timed(0); // the engine warms up
const first = await timed(0, fresh);
const rounds: (readonly [number, number])[] = [];
for (let round = 1; round <= (quick ? 1 : 5); round++) rounds.push([await timed(round), await timed(round, fresh)]);
const [freely, held] = [0, 1].map((way) => Math.min(...rounds.map((round) => round[way]!)));
console.log(
  `\nms a token: freely ${freely!.toFixed(2)}, by the schema ${held!.toFixed(2)}, when masks are made ${first.toFixed(2)}`,
);

async function timed<A>(round: number, constraint?: TokenConstraint<A>): Promise<number> {
  const began = performance.now();
  let tokens = 0;
  for (let i = 0; i < (quick ? 2 : 10); i++) {
    const made = await generate(model, params, { steps: 200, constraint, key: fold(fold(key(8), round), i) }).result;
    tokens += made.tokens.length + 1;
  }
  return (performance.now() - began) / tokens;
}
// #endregion cost
