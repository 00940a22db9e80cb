/**
 * Completes code: a transformer of byte pairs learns the TypeScript of this repository, forwards and with gaps to fill, and is asked for the
 * rest of lines in files that it has not seen, beside gzip, brotli and a copyist who looks for the same beginning in all that was learnt.
 *
 * `node run.mjs 28-complete-code [FOLDER]` learns the TypeScript files of another folder.
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { generateBatch, meanNll, nll } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { fold, GenaiError, key, leaves, randomIntegers, randomPermutation } from '@genai/core';
import { batches, fillInTheMiddle, infillPrompt, packed, trainBytePairs } from '@genai/data';
import { adamW, chain, clipByGlobalNorm, minimize, train, warmupCosine } from '@genai/train';
import { gpt, transformer } from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const folder = process.argv.slice(3).find((word) => !word.startsWith('--'));
await useBackend('auto');

// #region files
const root = folder ?? fileURLToPath(new URL('../../../packages', import.meta.url));
const found = (await readdir(root, { recursive: true }))
  .filter((name) => name.endsWith('.ts') && !/\.(d|test|test-d)\.ts$|node_modules|dist|generated/.test(name))
  .sort();
if (found.length < 10)
  throw new GenaiError(`28-complete-code: ${root} has ${found.length} files to learn from, expected 10.`);
const order = Array.from(randomPermutation(key(11), found.length), (i) => found[i]!);
const sources = await Promise.all(
  order.slice(0, quick ? 40 : order.length).map((name) => readFile(join(root, name), 'utf8')),
);
const heldOut = sources.slice(0, quick ? 4 : 60);
const known = sources.slice(heldOut.length);
const learntText = known.join('\n');
// #endregion files

// #region tokens
const marks = ['<|prefix|>', '<|suffix|>', '<|middle|>', '<|end|>'] as const;
const tokenizer = trainBytePairs(known, { vocabulary: quick ? 400 : 1_024, special: marks });
const [prefix, suffix, middle, end] = marks.map(tokenizer.specialToken) as [number, number, number, number];
const context = quick ? 64 : 128;
const piece = context - 8; // with its marks it fits the context
/** Files in pieces, for a gap is to be filled by what stands near it. */
const piecesOf = (text: string): Int32Array[] => {
  const tokens = tokenizer.encode(text);
  return Array.from({ length: Math.ceil(tokens.length / piece) }, (_, i) => tokens.slice(i * piece, (i + 1) * piece));
};
const pieces = known.flatMap(piecesOf);
// Half of them are cut at two places and their middle moved to the end: a model of what comes next so learns to fill gaps.
const moved = pieces.map((tokens, i) =>
  fillInTheMiddle(tokens, fold(key(1), i), { marks: { prefix, suffix, middle, end }, suffixFirst: 0 }),
);
const rows = packed(
  moved.map((tokens) => Int32Array.from([end, ...tokens])),
  { length: context },
);
console.log(
  `${known.length} files, ${learntText.length} characters, ${(Buffer.byteLength(learntText) / pieces.reduce((sum, one) => sum + one.length, 0)).toFixed(2)} bytes a token`,
);
// #endregion tokens

// #region train
const { config, learningRate } = gpt({ depth: quick ? 1 : 2, vocabulary: tokenizer.vocabulary, context });
const model = transformer({ ...config, endToken: end });
const [size, steps] = quick ? [4, 20] : [12, 250];
const rate = warmupCosine({ peak: 2 * learningRate, warmup: steps / 20, steps, end: learningRate / 20 });
const optimizer = chain(clipByGlobalNorm(1), adamW(rate, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }));
const data = batches(rows, { size, key: key(2) });
await using run = train(minimize(nll(model), optimizer), { data, steps, key: key(0) });
for await (const { step, metrics, seconds } of run) {
  if (step % 100 === 0) console.log(`step ${step}, ${seconds.toFixed(0)} s: ${metrics.loss.toFixed(3)} nats a token`);
}
const { params } = run.state;
const weights = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + leaf.size, 0);
console.log(`${weights} weights have seen ${((size * steps) / rows.length).toFixed(2)} of the pieces`);
// #endregion train

// #region measure
// Each file by itself, as one meets them; the model sees no more of a file than one piece.
const held = heldOut.flatMap(piecesOf).map((tokens) => Int32Array.from([end, ...tokens]));
const { nats, count } = await meanNll(
  model,
  params,
  batches(packed(held, { length: context }), { size: 16, epochs: 1, last: 'keep' }),
);
const bytes = heldOut.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
const perByte = (compress: (text: string) => Buffer): string =>
  ((8 * heldOut.reduce((sum, text) => sum + compress(text).length, 0)) / bytes).toFixed(2);
console.log(
  `\nbits a byte of ${heldOut.length} files held out: the model ${((nats * count) / Math.LN2 / bytes).toFixed(2)},`,
);
console.log(
  `  each file by itself: brotli ${perByte((text) => brotliCompressSync(text))}, gzip ${perByte((text) => gzipSync(text))}`,
);
// #endregion measure

// #region complete
// Lines of code, not of comments, cut at a place drawn between two words. Right is what is right to the letter.
type Gap = { readonly before: string; readonly rest: string; readonly behind: string };
const gaps = heldOut.flatMap((text, i) => gapsOf(text, i)).slice(0, quick ? 4 : 200);

function gapsOf(text: string, file: number): readonly Gap[] {
  const lines = text.split('\n');
  const places = Array.from(randomIntegers(fold(key(3), file), 6, { min: 0, max: lines.length }));
  return [...new Set(places)].flatMap((at, i) => {
    const line = lines[at]!;
    if (line.trim().length < 12 || /^\s*(\/?\*|\/\/|import|export .* from|\} from)/.test(line)) return [];
    const starts = Array.from(line.matchAll(/(?<=\w)\W/g), ({ index }) => index).filter((at) => at < line.length - 2);
    if (starts.length === 0) return [];
    const cut = starts[randomIntegers(fold(key(4), 6 * file + i), 1, { min: 0, max: starts.length })[0]!]!;
    const before = [...lines.slice(0, at), line.slice(0, cut)].join('\n');
    return [{ before, rest: line.slice(cut), behind: `\n${lines.slice(at + 1).join('\n')}` }];
  });
}

const room = Math.floor(context / 2) - 24;
const ends = (text: string): string => text.split('\n', 1)[0]!;
const options = { steps: 40, greedy: true, key: key(5) };
const prompts = gaps.map(({ before }) => [end, ...tokenizer.encode(before).slice(-2 * room)]);
const forwards = (await inGroups(prompts)).map(ends);
const gapped = gaps.map(({ before, behind }) =>
  infillPrompt(tokenizer.encode(before).slice(-room), tokenizer.encode(behind).slice(0, room), {
    prefix,
    suffix,
    middle,
  }),
);
const filled = (await inGroups(gapped.map((prompt) => [end, ...prompt]))).map(ends);
const copied = gaps.map(({ before }) => copy(before));
console.log(
  `\nthe rest of ${gaps.length} lines, right to the letter, and the share of their characters that is right from the left`,
);
for (const [name, made] of [
  ['the model, forwards', forwards],
  ['the model, seeing behind', filled],
  ['the copyist', copied],
] as const) {
  const right = made.filter((text, i) => text === gaps[i]!.rest).length;
  const common = made.reduce((sum, text, i) => sum + commonStart(text, gaps[i]!.rest), 0);
  const all = gaps.reduce((sum, { rest }) => sum + rest.length, 0);
  console.log(
    `  ${name.padEnd(25)} ${((100 * right) / gaps.length).toFixed(1)} %, ${((100 * common) / all).toFixed(0)} %`,
  );
}

async function inGroups(prompts: readonly (readonly number[])[]): Promise<readonly string[]> {
  const texts: string[] = [];
  for (let from = 0; from < prompts.length; from += 40) {
    const drawn = await generateBatch(model, params, { ...options, prompts: prompts.slice(from, from + 40) }).result;
    texts.push(...drawn.map(({ tokens }) => tokenizer.decode(tokens, { special: false })));
  }
  return texts;
}

/** What followed the longest end of the text that stands somewhere in what was learnt or in the text itself, to the end of that line. */
function copy(before: string): string {
  const pool = `${learntText}\n${before.slice(0, -1)}`;
  let [least, most, at] = [0, Math.min(200, before.length), -1];
  while (least < most) {
    const length = Math.ceil((least + most) / 2);
    const place = pool.lastIndexOf(before.slice(-length));
    if (place < 0) most = length - 1;
    else [least, at] = [length, place + length];
  }
  return at < 0 ? '' : ends(pool.slice(at, at + 200));
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}
// #endregion complete

// #region look
console.log('\nsome of them: what was there, what came forwards, and what came seeing behind');
for (const i of [0, 1, 2, 3, 4]) {
  const gap = gaps[i];
  if (!gap) break;
  console.log(`  ${gap.before.slice(gap.before.lastIndexOf('\n') + 1).trimStart()}…`);
  for (const text of [gap.rest, forwards[i]!, filled[i]!]) console.log(`    …${text}`);
}
// #endregion look
