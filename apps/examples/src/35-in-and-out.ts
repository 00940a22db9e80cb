/**
 * A transformer in the files of others: as Hugging Face's `from_pretrained` reads them, read back the same way, in 8 and 4 bits, and as the GGUF
 * file that llama.cpp runs.
 *
 * `node run.mjs 35-in-and-out FOLDER`: a model with a `tokenizer.json` out of the hub, of the families GPT-2, Llama, Mistral, Qwen and Gemma,
 * instead of a toy that learns a poem by heart.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate, meanNll, nll } from '@genai/autoregressive';
import { useBackend } from '@genai/backend';
import { encodeGguf, ggufTensor, loadConfig, readTensors, saveTensors } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key, leaves } from '@genai/core';
import { batches, characters, map, streamText, type Tokenizer, tokenizerFromHuggingFace, windows } from '@genai/data';
import { textFile } from '@genai/data/node';
import { owned } from '@genai/tensor';
import { adamW, chain, clipByGlobalNorm, minimize, train } from '@genai/train';
import {
  fromHuggingFace,
  llama,
  quantised,
  type TransformerParams,
  toGguf,
  toHuggingFace,
  transformer,
} from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';

const quick = process.argv.includes('--quick');
const named = process.argv.slice(3).find((word) => !word.startsWith('--'));
await useBackend('auto');

const poem = `Tyger Tyger, burning bright,
In the forests of the night;
What immortal hand or eye,
Could frame thy fearful symmetry?

In what distant deeps or skies
Burnt the fire of thine eyes?
On what wings dare he aspire?
What the hand, dare seize the fire?
`;
const out = fileURLToPath(new URL('35-toy', import.meta.url));
const folder = named ?? out;
await mkdir(out, { recursive: true });

// #region out
/** A toy of the Llama family that learns the poem, in the files that PyTorch's `from_pretrained` reads. */
async function toy(): Promise<Tokenizer> {
  const tokenizer = characters(poem);
  const sizes = { vocabulary: tokenizer.vocabulary, width: 64, layers: 2, heads: 4, context: 64 };
  const model = transformer(llama(sizes));
  const [length, steps] = [49, quick ? 20 : 200];
  const data = batches(windows(tokenizer.encode(poem), { length, stride: 1 }), { size: 8, key: key(1) });
  await using run = train(minimize(nll(model), chain(clipByGlobalNorm(1), adamW(3e-3))), { data, steps, key: key(0) });
  for await (const { step, metrics } of run) {
    if (step % 50 === 0) console.log(`step ${step}: ${metrics.loss.toFixed(2)} nats a character`);
  }
  const { config, tensors } = await toHuggingFace(model, run.state.params);
  await saveTensors(directory(folder), tensors, { config });
  return tokenizer;
}
// #endregion out

// #region in
const tokenizer = named
  ? await tokenizerFromHuggingFace(JSON.parse(await textFile(join(named, 'tokenizer.json'))))
  : await toy();
const store = directory(folder); // `hub('HuggingFaceTB/SmolLM2-135M', …)` of @genai/checkpoint/node fetches one
const { model, params } = await fromHuggingFace(await loadConfig(store), readTensors(store));
using weights = owned(params);
const prompt = tokenizer.encode('Tyger Tyger, ');
const steps = quick ? 10 : 60;
for await (const piece of streamText(
  generate(model, weights, { prompt, steps, greedy: true, key: key(2) }),
  tokenizer,
)) {
  process.stdout.write(piece);
}
console.log();
// #endregion in

// #region quantise
const text = map(windows(tokenizer.encode(poem), { length: 33, stride: 8 }), (elements) => ({ elements }));
const nats = async (params: TransformerParams): Promise<string> =>
  (await meanNll(model, params, batches(text, { size: 4, epochs: 1, last: 'keep' }))).nats.toFixed(3);
const bytes = (params: TransformerParams): number =>
  leaves<Tensor>(params).reduce((sum, [, { size, dtype }]) => sum + size * (dtype === 'bool' ? 1 : 4), 0);
console.log(`\nnats a token: ${await nats(weights)} in 32 bits, ${bytes(weights)} bytes`);
for (const bits of [8, 4] as const) {
  using small = owned(await quantised(weights, { bits }));
  console.log(`  ${await nats(small)} in ${bits} bits, ${bytes(small)} bytes`);
}
// #endregion quantise

// #region gguf
const gguf = await toGguf(model.config, weights, { weights: 'Q8_0', name: 'in-and-out' });
const tensors = new Map(
  Array.from(gguf.tensors, ([name, { type, shape, values }]) => [name, ggufTensor(type, shape, values)]),
);
const file = join(out, 'model.gguf');
await writeFile(file, encodeGguf({ metadata: gguf.metadata, tensors }));
console.log(`\n${file}: ${gguf.tensors.size} tensors, for llama.cpp`);
// #endregion gguf
