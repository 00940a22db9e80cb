/**
 * A model that answers: trained on dialogues by their replies alone, asked what it was never asked before, and talked to.
 *
 * The talk is made up by rules: greetings, sums, names to remember. `node run.mjs 24-a-small-talk FILE` takes a play instead, a text in which
 * a name and a colon stand above what is said; there is no right reply then, so only how well replies are foreseen is measured.
 */
import { elementLogProbs, generate, generateBatch, nll, recurrentNet, tokenModel } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { fold, type Key, key, randomPermutation, randomUniform } from '@genai/core';
import {
  batches,
  chatFormat,
  dialogueWindows,
  type MaskedTokens,
  playDialogues,
  streamText,
  type Turn,
  trainBytePairs,
} from '@genai/data';
import { textFile } from '@genai/data/node';
import { lstm } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { mul, stack, sum } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const file = process.argv.slice(3).find((word) => !word.startsWith('--'));
await useBackend('auto');

// #region talk
const names = (
  'Ada Agnes Albert Alma Anton Boris Carl Clara Clemens Dora Edgar Elsa Emil Erwin Fanny Felix Flora Frida Georg Greta Hugo Ida ' +
  'Ines Iris Jakob Judith Karl Lea Lena Leo Ludwig Mara Martin Moritz Nora Olga Oskar Otto Paul Rosa Ruth Simon Thea Viktor'
).split(' ');
// A fifth of the names and of the sums is kept for questions: 3 plus 8 and 8 plus 3 together, for one gives away the other.
const most = 12;
const isNewName = new Set(
  Array.from(randomPermutation(key(11), names.length).slice(0, names.length / 5), (i) => names[i]!),
);
const isNewSum = new Set(randomPermutation(key(12), (most + 1) ** 2).slice(0, (most + 1) ** 2 / 5));
const isNew = (a: number, b: number): boolean => isNewSum.has((most + 1) * Math.min(a, b) + Math.max(a, b));

type Kind = 'greetings' | 'names at once' | 'names later' | 'sums';
type Talk = { readonly turns: readonly Turn[]; readonly kinds: readonly Kind[] };

/** A talk in which each reply follows from what was said: of what is known, or with new names and sums. */
function talk(key: Key, fresh: boolean): Talk {
  const draws = randomUniform(key, 400);
  let used = 0;
  const upTo = (count: number): number => Math.floor(draws[used++]! * count);
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const turns: Turn[] = [];
  const kinds: Kind[] = [];
  const say = (kind: Kind, question: string, reply: string): void => {
    turns.push({ role: 'user', text: question }, { role: 'assistant', text: reply });
    kinds.push(kind);
  };
  const addUp = (): void => {
    let [a, b] = [upTo(most + 1), upTo(most + 1)];
    while (isNew(a, b) !== fresh) [a, b] = [upTo(most + 1), upTo(most + 1)];
    say('sums', `what is ${a} plus ${b}?`, `${a} plus ${b} is ${a + b}.`);
  };
  const greeting = one(['hello', 'good morning', 'good evening', 'good day']);
  say('greetings', `${greeting}!`, `${greeting} to you. what can I do?`);
  if (upTo(2) === 0) addUp();
  const name = one(names.filter((name) => isNewName.has(name) === fresh));
  say('names at once', `my name is ${name}.`, `nice to meet you, ${name}.`);
  if (upTo(2) === 0) addUp();
  say('names later', 'what is my name?', `your name is ${name}.`);
  return { turns, kinds };
}
// #endregion talk

// #region data
const made = (count: number, seed: number, fresh: boolean): Talk[] =>
  Array.from({ length: count }, (_, i) => talk(fold(key(seed), i), fresh));
const asked = { known: made(quick ? 3 : 100, 2, false), new: made(quick ? 3 : 100, 3, true) };
const plays = file ? playDialogues(await textFile(file), { turns: 4 }) : undefined;
const cut = plays ? Math.floor(0.95 * plays.length) : 0;
const dialogues = plays ? plays.slice(0, cut) : made(quick ? 100 : 6_000, 1, false).map(({ turns }) => turns);
const heldOut = plays ? plays.slice(cut, cut + 200) : asked.known.map(({ turns }) => turns);

const tokenizer = trainBytePairs(
  dialogues.flatMap((turns) => turns.map(({ text }) => text)),
  { vocabulary: plays ? 1_000 : 400, special: ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'] },
);
const chat = chatFormat({ tokenizer });
const length = 80;
// Of each token the mask says whether it is a reply's: what the user says is read, not learnt.
const data = batches(dialogueWindows(dialogues.map(chat.encode), { length }), { size: quick ? 8 : 32, key: key(4) });
console.log(
  `${dialogues.length} dialogues; one begins\n${tokenizer.decode(chat.encode(dialogues[0]!.slice(0, 4)).tokens)}`,
);
// #endregion data

// #region train
const width = quick ? 32 : 160;
const model = tokenModel({
  vocabulary: tokenizer.vocabulary,
  net: recurrentNet(lstm(width, width)),
  dropout: 0.1,
});
const steps = quick ? 20 : 1_500;
const optimizer = chain(clipByGlobalNorm(1), adam(warmupCosine({ peak: 5e-3, warmup: steps / 20, steps, end: 5e-5 })));
await using run = train(minimize(nll(model), optimizer), { data, steps, key: key(0) });
for await (const { step, metrics, seconds } of run) {
  if (step % 300 === 0) {
    console.log(`step ${step}, ${seconds.toFixed(0)} s: ${metrics.loss.toFixed(3)} nats a token of a reply`);
  }
}
const { params } = run.state;
// #endregion train

// #region perplexity
const unseen = heldOut.map(chat.encode);
const often = new Float64Array(tokenizer.vocabulary).fill(1); // how often each token stands in replies, and once more
for (const one of dialogues.map(chat.encode)) for (const token of replyOf(one)) often[token]!++;
const all = often.reduce((a, b) => a + b, 0);
const replies = unseen.flatMap((one) => replyOf(one));
const byFrequency = replies.reduce((nats, token) => nats - Math.log(often[token]! / all), 0) / replies.length;
console.log(
  `\nperplexity of replies in ${unseen.length} dialogues held out: ${(await perplexity(unseen)).toFixed(2)},`,
);
console.log(`  ${Math.exp(byFrequency).toFixed(0)} for who knows only how frequent tokens are`);

function replyOf({ tokens, mask }: MaskedTokens): number[] {
  return Array.from(tokens).filter((_, i) => mask[i] === 1);
}

/** e to the mean −log p of the tokens of replies: among how many equally likely tokens one would be as undecided. */
async function perplexity(dialogues: readonly MaskedTokens[]): Promise<number> {
  let [nats, count] = [0, 0];
  for await (const batch of batches(dialogueWindows(dialogues, { length }), { size: 50, epochs: 1, last: 'keep' })) {
    using held = owned(batch);
    using sums = owned(
      scope(() => {
        const { logProbs, counted } = elementLogProbs(model, params, held);
        return { both: stack([sum(mul(logProbs, counted!)), sum(counted!)]) };
      }),
    );
    const [logs, tokens] = await sums.both.data();
    nats -= logs!;
    count += tokens!;
  }
  return Math.exp(nats / count);
}
// #endregion perplexity

// #region answers
// Each reply of new talks is asked for, after what came before it, and must be right to the letter. What comes of it: such a net learns
// names and sums by heart, and has no way to repeat a name that it has never said; of new sums it has a feeling for the size alone.
if (!plays) {
  console.log('\nreplies that are right to the letter, where names and sums are known ones, and new');
  const [known, fresh] = [await answered(asked.known), await answered(asked.new)];
  for (const kind of ['greetings', 'names at once', 'names later', 'sums'] as const)
    console.log(`  ${kind.padEnd(14)} ${share(known, kind)}, ${share(fresh, kind)}`);
  const off = fresh.flatMap(({ kind, reply, right }) => {
    const [value, expected] = [/is (\d+)\.$/.exec(reply)?.[1], /is (\d+)\.$/.exec(right)?.[1]];
    return kind === 'sums' && value && expected ? [Math.abs(Number(value) - Number(expected))] : [];
  });
  const within = off.filter((by) => by <= 2).length;
  console.log(`  of ${off.length} new sums that were answered by a number, ${within} are off by 2 at most`);
  for (const kind of ['names at once', 'sums'] as const) {
    const wrong = fresh.find((one) => one.kind === kind && one.reply !== one.right);
    if (wrong) console.log(`  instead of "${wrong.right}" it said "${wrong.reply}"`);
  }
}

type Answer = { readonly kind: Kind; readonly reply: string; readonly right: string };

async function answered(talks: readonly Talk[]): Promise<Answer[]> {
  const questions = talks.flatMap(({ turns, kinds }) =>
    kinds.map((kind, i) => ({ kind, before: turns.slice(0, 2 * i + 1), right: turns[2 * i + 1]!.text })),
  );
  const prompts = questions.map(({ before }) => chat.prompt(before));
  const options = { steps: 20, stop: [[chat.stop]], greedy: true, key: key(5) };
  const drawn = await generateBatch(model, params, { prompts, ...options }).result;
  return questions.map(({ kind, right }, i) => ({ kind, right, reply: tokenizer.decode(drawn[i]!.tokens) }));
}

function share(answers: readonly Answer[], kind: Kind): string {
  const own = answers.filter((one) => one.kind === kind);
  return `${own.filter(({ reply, right }) => reply === right).length} of ${own.length}`;
}
// #endregion answers

// #region chat
console.log('\na talk');
const script = plays
  ? heldOut.slice(0, 3).map((turns) => turns[0]!.text)
  : ['good evening!', 'my name is Clara.', 'what is 8 plus 5?', 'what is my name?'];
const said: Turn[] = [];
for (const [i, question] of script.entries()) {
  said.push({ role: 'user', text: question });
  const options = { prompt: chat.prompt(said), steps: 60, stop: [[chat.stop]], temperature: 0.5, key: fold(key(6), i) };
  process.stdout.write(`  > ${question.replaceAll('\n', '\n    ')}\n    `);
  let reply = '';
  for await (const piece of streamText(generate(model, params, options), tokenizer)) {
    process.stdout.write(piece.replaceAll('\n', '\n    '));
    reply += piece;
  }
  process.stdout.write('\n');
  said.push({ role: 'assistant', text: reply });
}
// #endregion chat
