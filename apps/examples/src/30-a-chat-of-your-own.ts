/**
 * A chat of your own: a small transformer that knows where things live is taught, by adapters of low rank, to speak like a sailor; what it
 * knew of things that no lesson named must stay. The adapters are merged, saved and loaded, and last it is taught to prefer short answers.
 *
 * Everything is made up by rules, so that each answer can be told right from wrong to the letter.
 */
import { fileURLToPath } from 'node:url';
import { generateBatch, meanNll, nll } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { load, loadConfig, save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { fold, key, leaves, randomUniform } from '@genai/core';
import {
  batches,
  chatFormat,
  dialogueWindows,
  fromArrays,
  type MaskedTokens,
  type Turn,
  trainBytePairs,
} from '@genai/data';
import { owned } from '@genai/tensor';
import { adamW, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import {
  adapting,
  dpo,
  gpt,
  type LoraParams,
  lora,
  merged,
  type TransformerConfig,
  type TransformerParams,
  transformer,
} from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region talk
const places: { readonly [place: string]: string } = {
  'in the sea': 'whale shark cod squid crab seal eel ray',
  'in the forest': 'wolf deer owl fox bear badger lynx boar',
  'in the house': 'cat dog mouse baby cook spider moth cricket',
  'in the sky': 'cloud star moon kite eagle swallow comet lark',
  'in the desert': 'camel viper scorpion lizard cactus jackal oryx gecko',
};
type Fact = { readonly thing: string; readonly place: string };
const facts: readonly Fact[] = Object.entries(places).flatMap(([place, things]) =>
  things.split(' ').map((thing) => ({ thing, place })),
);
const taught = facts.filter((_, i) => i % 2 === 0); // these the sailor speaks of; of the others it must find out how he would
const others = facts.filter((_, i) => i % 2 === 1);
const questions = [
  (thing: string) => `where does the ${thing} live?`,
  (thing: string) => `tell me where I find the ${thing}.`,
  (thing: string) => `the ${thing}, where is it?`,
];
const plain = ({ thing, place }: Fact): string => `the ${thing} lives ${place}.`;
const long = ({ thing, place }: Fact): string => `aye! the ${thing} lives ${place}, as every sailor knows, my friend.`;
const short = ({ place }: Fact): string => `aye! ${place}.`;

/** A question with its answer. */
function asked(fact: Fact, question: number, reply: (fact: Fact) => string): readonly Turn[] {
  return [
    { role: 'user', text: questions[question]!(fact.thing) },
    { role: 'assistant', text: reply(fact) },
  ];
}
const everyWay = (list: readonly Fact[], reply: (fact: Fact) => string): (readonly Turn[])[] =>
  list.flatMap((fact) => questions.map((_, question) => asked(fact, question, reply)));
// #endregion talk

// #region base
const tokenizer = trainBytePairs(
  [...everyWay(facts, plain), ...everyWay(taught, long)].flatMap((turns) => turns.map(({ text }) => text)),
  { vocabulary: 400, special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] },
);
const chat = chatFormat({ tokenizer });
const length = 48;
// Before it is tuned it reads questions and answers alike, as text: all tokens count. Then only replies do. It has read of sailors, too,
// who answer sailors only: no adapter teaches words that a model has never met.
const drawn = randomUniform(key(7), taught.length * questions.length);
// Three answers of sailors in four are long: the short ones are there to be found by the last step.
const mixed = taught.flatMap((fact, f) =>
  questions.map((_, q) => asked(fact, q, drawn[f * questions.length + q]! < 0.75 ? long : short)),
);
const overheard = mixed.map((turns) =>
  turns.map(({ role, text }) => ({ role, text: role === 'user' ? `ahoy! ${text}` : text })),
);
const base = [...everyWay(facts, plain), ...overheard].map(chat.encode);
const asText = base.map(({ tokens }) => ({ tokens, mask: new Uint8Array(tokens.length).fill(1).fill(0, 0, 1) }));
const { config, learningRate } = gpt({ depth: quick ? 1 : 2, vocabulary: tokenizer.vocabulary, context: 64 });
const model = transformer(config);
const [size, steps] = quick ? [8, 20] : [24, 250];
await using run = train(minimize(nll(model), optimizer(2 * learningRate, steps)), {
  data: rowsOf(asText),
  ...{ steps, key: key(0) },
});
const seconds = await learnt('the base', run);
const { params } = run.state;
console.log(
  `${base.length} questions of ${facts.length} things with their answers were read in ${seconds.toFixed(0)} s`,
);

function optimizer(peak: number, steps: number) {
  const rate = warmupCosine({ peak, warmup: steps / 20, steps, end: peak / 20 });
  return chain(clipByGlobalNorm(1), adamW(rate, { weightDecay: 0.01, decays: (_, leaf) => leaf.rank > 1 }));
}

function rowsOf(dialogues: readonly MaskedTokens[]) {
  return batches(dialogueWindows(dialogues, { length }), { size, key: key(1) });
}

type Progress = { readonly step: number; readonly metrics: { readonly loss: number }; readonly seconds: number };

async function learnt(what: string, run: AsyncIterable<Progress>): Promise<number> {
  let last: Progress | undefined;
  for await (const one of run) {
    last = one;
    if (one.step % 100 === 0) console.log(`${what}, step ${one.step}: ${one.metrics.loss.toFixed(3)}`);
  }
  return last?.seconds ?? 0;
}
// #endregion base

// #region lora
// Of each map the adapters learn a product of two thin matrices, and the optimizer keeps no more than those.
const tuning = lora(model, { rank: 8, alpha: 16, targets: ['query', 'value', 'output', 'up', 'down'] });
const before = await bytesOf(params);
const heldOut = everyWay(others, long).map(chat.encode);
const lossBefore = await replyNats(params);
const tuningSteps = quick ? 10 : 100;
await using tuned = train(minimize(adapting(nll(model), tuning, params), optimizer(3e-3, tuningSteps)), {
  data: rowsOf(mixed.map(chat.encode)),
  steps: tuningSteps,
  key: key(2),
});
await learnt('the sailor', tuned);
const adapters: LoraParams = tuned.state.params;
const sailor = merged(model, params, { params: adapters, scale: tuning.scale });
console.log(
  `\n${sizeOf(adapters)} numbers beside ${sizeOf(params)} learnt from ${mixed.length} answers of ${taught.length} things`,
);
console.log(`the ${sizeOf(params)} are what they were: ${before === (await bytesOf(params))}`);
console.log(`nats a token of a sailor's long answer about things he never spoke of:`);
console.log(`  ${lossBefore.toFixed(2)} before, ${(await replyNats(sailor)).toFixed(2)} after`);

async function replyNats(params: TransformerParams): Promise<number> {
  const data = batches(dialogueWindows(heldOut, { length }), { size: 60, epochs: 1, last: 'keep' });
  return (await meanNll(model, params, data)).nats;
}

function sizeOf(tree: TransformerParams | LoraParams): number {
  return leaves<Tensor>(tree).reduce((sum, [, leaf]) => sum + leaf.size, 0);
}

async function bytesOf(params: TransformerParams): Promise<string> {
  const values = await Promise.all(leaves<Tensor>(params).map(([, leaf]) => leaf.data()));
  return values.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength).toString('base64')).join();
}
// #endregion lora

// #region save
type Config = { readonly transformer: TransformerConfig };
const store = directory(fileURLToPath(new URL('30-sailor', import.meta.url)));
await save(store, sailor, { config: { transformer: config } satisfies Config });
// … another day, another process
const again = transformer(((await loadConfig(store)) as Config).transformer);
using like = owned(again.init(key(0)));
using loaded = owned(await load(store, like));
const same = (await bytesOf(loaded)) === (await bytesOf(sailor));
console.log(`saved in ${store.name}, and loaded again bit for bit: ${same}`);
if (!same) process.exitCode = 1;
// #endregion save

// #region preference
// To prefer is learnt from pairs: of the same question the short answer was chosen, the long one rejected. The sailor before it is the
// reference that the new one is held to.
const pairs = taught.flatMap((fact) => questions.map((_, question) => ({ fact, question })));
const chosen = sideOf(pairs.map(({ fact, question }) => chat.encode(asked(fact, question, short))));
const rejected = sideOf(pairs.map(({ fact, question }) => chat.encode(asked(fact, question, long))));
const preferring = lora(model, { rank: 4, alpha: 8, targets: ['query', 'value'] });
const preferenceSteps = quick ? 5 : 30;
const both = batches(fromArrays({ chosen, rejected }), { size, key: key(3) });
await using preferred = train(
  minimize(adapting(dpo(model, loaded, { beta: 0.3 }), preferring, loaded), optimizer(1e-3, preferenceSteps)),
  {
    data: both,
    steps: preferenceSteps,
    key: key(4),
  },
);
let accuracy = 0;
for await (const { metrics } of preferred) accuracy = metrics.accuracy;
const brief = merged(model, loaded, { params: preferred.state.params, scale: preferring.scale });
console.log(
  `\nin the last batch ${(100 * accuracy).toFixed(0)} % of the pairs are preferred the right way more than before`,
);

/** Dialogues as the columns of one side. */
function sideOf(dialogues: readonly MaskedTokens[]) {
  const shape = [dialogues.length, length];
  const elements = new Int32Array(dialogues.length * length);
  const mask = new Float32Array(elements.length);
  for (const [i, one] of dialogues.entries()) {
    elements.set(one.tokens.subarray(0, length), i * length);
    mask.set(one.mask.subarray(0, length), i * length);
  }
  return { elements: { data: elements, shape, as: 'int32' }, mask: { data: mask, shape, as: 'float32' } } as const;
}
// #endregion preference

// #region answers
// Answers are drawn, not the likeliest ones taken: a draw shows how often it is short.
console.log('\none answer drawn to each question: right as a sailor says it (as the base does), tokens in a reply');
for (const [name, given] of [
  ['base', params],
  ['sailor', loaded],
  ['brief sailor', brief],
] as const) {
  const [ofTaught, ofOthers] = [await answered(given, taught, 5), await answered(given, others, 6)];
  console.log(
    `  ${name.padEnd(13)} ${share(ofTaught)} of what he was taught, ${share(ofOthers)} of the rest; ` +
      `${mean([...ofTaught, ...ofOthers].map(({ tokens }) => tokens)).toFixed(1)} tokens`,
  );
  console.log(`    > ${questions[0]!(others[0]!.thing)}\n    ${ofOthers[0]!.reply}`);
}

type Answer = { readonly reply: string; readonly right: boolean; readonly plainly: boolean; readonly tokens: number };

async function answered(params: TransformerParams, list: readonly Fact[], seed: number): Promise<readonly Answer[]> {
  const asked = (quick ? list.slice(0, 2) : list).flatMap((fact) => questions.map((question) => ({ fact, question })));
  const prompts = asked.map(({ fact, question }) => chat.prompt([{ role: 'user', text: question(fact.thing) }]));
  const options = { steps: quick ? 5 : 32, stop: [[chat.stop]], temperature: 0.8, key: fold(key(5), seed) };
  const drawn = await generateBatch(model, params, { prompts, ...options }).result;
  return asked.map(({ fact }, i) => {
    const { tokens } = drawn[i]!;
    const reply = tokenizer.decode(tokens);
    const right = reply === long(fact) || reply === short(fact);
    return { reply, right, plainly: reply === plain(fact), tokens: tokens.length };
  });
}

/** How many answers are right as the sailor speaks, and how many as the base does. */
function share(answers: readonly Answer[]): string {
  const [right, plainly] = [answers.filter(({ right }) => right), answers.filter(({ plainly }) => plainly)];
  return `${right.length} (${plainly.length}) of ${answers.length}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
// #endregion answers
