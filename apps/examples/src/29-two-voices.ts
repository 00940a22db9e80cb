/**
 * A writer of scripts with two voices: who speaks is a token, that they take turns is a constraint, and a small draft proposes what the
 * larger model then looks at in one run, which changes nothing of what is written.
 *
 * The scripts are made up by rules: a captain and a cook, each with words of their own, who take up what the other spoke of. Now and then
 * one of them speaks twice in a row, so that the constraint has something to do.
 */
import {
  constrain,
  generate,
  generateBatch,
  grammar,
  meanNll,
  nll,
  speculate,
  type TokenConstraint,
} from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { fold, type Key, key, leaves, randomUniform } from '@genai/core';
import { batches, dialogueWindows, trainBytePairs } from '@genai/data';
import { adamW, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { gpt, type TransformerParams, transformer } from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
await useBackend('auto');

// #region scripts
const things =
  'anchor compass rudder mast sail lantern rope bell oar barrel kettle ladle flour onion herring biscuit'.split(' ');
const voices = {
  captain: {
    opens: ['by thunder, who took the #?', 'avast! I see no #!', 'belay that! where is the #?'],
    replies: ['belay the #! more to the point: the @!', 'avast! the # can wait, by thunder, but the @?'],
  },
  cook: {
    opens: [
      'good gravy, the # is in my soup!',
      'oh dear, somebody sat on the #.',
      'my poor #, it smells of old cheese.',
    ],
    replies: ['oh dear, the #, bless my soup. and the @?', 'good gravy! not the #, surely you mean the @.'],
  },
} as const;
type Speaker = keyof typeof voices;
type Speech = { readonly speaker: Speaker; readonly text: string };
const other = (speaker: Speaker): Speaker => (speaker === 'cook' ? 'captain' : 'cook');

/** A script of six speeches, each about what the one before ended with. */
function script(key: Key): readonly Speech[] {
  const draws = randomUniform(key, 40);
  let used = 0;
  const one = <T>(list: readonly T[]): T => list[Math.floor(draws[used++]! * list.length)]!;
  let speaker = one<Speaker>(['captain', 'cook']);
  let about = one(things);
  const speeches: Speech[] = [{ speaker, text: one<string>(voices[speaker].opens).replace('#', about) }];
  while (speeches.length < 6) {
    if (draws[used++]! < 0.85) speaker = other(speaker);
    const next = one(things);
    speeches.push({ speaker, text: one<string>(voices[speaker].replies).replace('#', about).replace('@', next) });
    about = next;
  }
  return speeches;
}
const made = (count: number, seed: number) => Array.from({ length: count }, (_, i) => script(fold(key(seed), i)));
const scripts = made(quick ? 60 : 3_000, 1);
const heldOut = made(quick ? 10 : 200, 2);
// #endregion scripts

// #region data
const marks = ['<|captain|>', '<|cook|>', '<|end|>'] as const;
const tokenizer = trainBytePairs(
  scripts.flatMap((speeches) => speeches.map(({ text }) => text)),
  { vocabulary: 384, special: marks },
);
const [captain, cook, end] = marks.map(tokenizer.specialToken) as [number, number, number];
const markOf: { readonly [S in Speaker]: number } = { captain, cook };
const encode = (speeches: readonly Speech[]): Int32Array =>
  Int32Array.from([...speeches.flatMap(({ speaker, text }) => [markOf[speaker], ...tokenizer.encode(text)]), end]);
const length = 128;
const rowsOf = (list: readonly (readonly Speech[])[]) =>
  dialogueWindows(
    list.map(encode).map((tokens) => ({ tokens, mask: new Uint8Array(tokens.length).fill(1).fill(0, 0, 1) })),
    { length },
  );
console.log(`${scripts.length} scripts; one begins\n  ${tokenizer.decode(encode(scripts[0]!.slice(0, 3)))}`);
// #endregion data

// #region train
const large = transformer({
  ...gpt({ depth: quick ? 1 : 2, vocabulary: tokenizer.vocabulary, context: 192 }).config,
  endToken: end,
});
const small = transformer({
  ...gpt({ depth: 1, vocabulary: tokenizer.vocabulary, context: 192 }).config,
  ...{ width: 32, heads: 1, endToken: end },
});
const params = await learnt('the writer', large, quick ? 15 : 350);
const draft = { model: small, params: await learnt('its draft', small, quick ? 15 : 350) };

async function learnt(what: string, model: typeof large, steps: number): Promise<TransformerParams> {
  const rate = warmupCosine({ peak: 3e-3, warmup: steps / 20, steps, end: 1e-4 });
  const optimizer = chain(clipByGlobalNorm(1), adamW(rate, { decays: (_, leaf) => leaf.rank > 1 }));
  const data = batches(rowsOf(scripts), { size: quick ? 4 : 12, key: key(4) });
  const run = train(minimize(nll(model), optimizer), { data, steps, key: key(0) });
  let time = 0;
  for await (const { seconds } of run) time = seconds;
  const { params } = run.state; // kept to the end of the program
  const { nats } = await meanNll(model, params, batches(rowsOf(heldOut), { size: 50, epochs: 1, last: 'keep' }));
  const weights = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + leaf.size, 0);
  console.log(`${what}: ${weights} weights, ${time.toFixed(0)} s, ${nats.toFixed(3)} nats a token held out`);
  return params;
}
// Where it follows the rules, nothing is left to guess but who speaks, which of some sentences, and one thing of sixteen.
// #endregion train

// #region turns
// A speech is whatever the model writes; which mark may follow is told by who spoke. Six speeches and the end.
type Turn = { readonly speaker: Speaker; readonly left: number; readonly empty: boolean };
const allows = (speaker: Speaker, { left, empty }: Turn) => {
  const mask = new Uint8Array(tokenizer.vocabulary).fill(1);
  for (const token of Object.values(markOf)) mask[token] = 0;
  mask[markOf[other(speaker)]] = Number(left > 0 && !empty);
  mask[end] = 0;
  return { mask, end: left === 0 && !empty };
};
/** By turns, after a speaker who has just been marked in the prompt. */
const alternate = (speaker: Speaker, speeches: number): TokenConstraint<Turn> => ({
  start: { speaker, left: speeches - 1, empty: true },
  allowed: (state) => allows(state.speaker, state),
  next: ({ speaker, left }, token) =>
    token === markOf[other(speaker)]
      ? { speaker: other(speaker), left: left - 1, empty: true }
      : { speaker, left, empty: false },
});

const count = quick ? 2 : 40;
const options = {
  prompts: Array.from({ length: count }, () => [captain]),
  steps: quick ? 12 : 150,
  temperature: 1,
  key: key(5),
};
const free = await generateBatch(large, params, options).result;
const byTurns = await generateBatch(large, params, { ...options, constraint: alternate('captain', 6) }).result;
console.log('\nscripts that were drawn: by turns, speeches in the own voice, replies about what was spoken of');
for (const [name, drawn] of [
  ['freely', free],
  ['by turns', byTurns],
] as const) {
  const speeches = drawn.map(({ tokens }) => speechesOf([captain, ...tokens]));
  const pairs = speeches.flatMap((list) => list.slice(1).map((speech, i) => [list[i]!, speech] as const));
  const turns = pairs.filter(([before, after]) => before.speaker !== after.speaker);
  const own = speeches.flat().filter(isOwnVoice);
  const taken = pairs.filter(([before, after]) => takesUp(before, after));
  console.log(
    `  ${name.padEnd(8)} ${percent(turns.length, pairs.length)}, ${percent(own.length, speeches.flat().length)}, ${percent(taken.length, pairs.length)}`,
  );
}
console.log(`  by chance a reply would be about it in ${percent(1, things.length)}`);

function speechesOf(tokens: readonly number[]): readonly Speech[] {
  const starts = tokens.flatMap((token, i) => (token === captain || token === cook ? [i] : []));
  return starts.map((start, i) => ({
    speaker: tokens[start] === captain ? 'captain' : 'cook',
    text: tokenizer.decode(tokens.slice(start + 1, starts[i + 1]), { special: false }),
  }));
}

/** Whether it is, to the letter, a sentence of the speaker with things in its gaps. */
function isOwnVoice({ speaker, text }: Speech): boolean {
  const gap = `(${things.join('|')})`;
  return [...voices[speaker].opens, ...voices[speaker].replies].some((sentence) =>
    new RegExp(`^${sentence.replace(/[?.]/g, '\\$&').replace(/[#@]/g, gap)}$`).test(text),
  );
}

function takesUp(before: Speech, after: Speech): boolean {
  const named = ({ text }: Speech): readonly string[] => text.match(new RegExp(things.join('|'), 'g')) ?? [];
  return named(before).at(-1) !== undefined && named(before).at(-1) === named(after)[0];
}

function percent(part: number, whole: number): string {
  return `${((100 * part) / Math.max(1, whole)).toFixed(0)} %`;
}
// #endregion turns

// #region speculate
// The draft is run for each token; the model for each four or so that it proposed. Greedily the tokens must be the same.
const one = { prompt: [captain], steps: quick ? 12 : 150, constraint: alternate('captain', 6), key: key(6) };
const plainly = await generate(large, params, { ...one, greedy: true }).result;
const foreseen = await speculate(large, params, { ...one, greedy: true, draft }).result;
const same = plainly.tokens.join() === foreseen.tokens.join();
console.log(`\nthe likeliest script is the same with a draft: ${same}`);
if (!same) process.exitCode = 1;
let [proposed, accepted, tokens] = [0, 0, 0];
for (let i = 0; i < (quick ? 1 : 10); i++) {
  const made = await speculate(large, params, { ...one, temperature: 1, key: fold(key(7), i), draft }).result;
  proposed += made.proposed;
  accepted += made.accepted;
  tokens += made.tokens.length;
}
console.log(`of ${proposed} tokens that the draft proposed ${percent(accepted, proposed)} were accepted:`);
console.log(
  `  ${tokens} tokens by ${tokens - accepted} runs of the model, ${(tokens / (tokens - accepted)).toFixed(1)} a run`,
);
// #endregion speculate

// #region script
console.log('\na script');
for (const { speaker, text } of speechesOf([captain, ...byTurns[0]!.tokens]))
  console.log(`  ${speaker.toUpperCase()}: ${text}`);
// Any language can be laid over a voice: here the cook may say one sentence only, and of the things chooses the likeliest.
const soup = constrain(
  grammar(
    `root ::= ("oh dear, " | "good gravy, ") "the " (${things.map((thing) => `"${thing}"`).join(' | ')}) " is in the stew."`,
  ),
  Array.from({ length: tokenizer.vocabulary }, (_, token) => tokenizer.tokenBytes(token)),
);
const asked = [captain, ...tokenizer.encode('by thunder, who took the compass?'), cook];
const answer = await generate(large, params, { prompt: asked, steps: 40, constraint: soup, greedy: true, key: key(8) })
  .result;
console.log(`  and where a grammar leaves it one sentence: ${tokenizer.decode(answer.tokens)}`);
// #endregion script
