import { join, resolve } from 'node:path';
import { meanNll, nll, type SequenceBatch } from '@genai/autoregressive';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { fold, type Key, key, leaves, randomIntegers, split, type Tree } from '@genai/core';
import { batches, characters, type Dataset, map, select, windows } from '@genai/data';
import { textFile } from '@genai/data/node';
import { adamW, chain, clipByGlobalNorm, minimize, warmupCosine } from '@genai/train';
import {
  gpt2,
  type Transformer,
  type TransformerConfig,
  type TransformerParams,
  transformer,
} from '@genai/transformer';
import type { Tensor } from '@tensorflow/tfjs-core';
import { inWindows } from '../model/text/in-windows.js';
import { number } from '../progress.js';
import { UsageError } from '../usage-error.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

/** Characters of Shakespeare by a small GPT. */
export const shakespeareChar: Protocol = {
  name: 'shakespeare-char',
  about: "nanoGPT's recipe for a processor: a transformer on tiny-shakespeare, nats per character of its last tenth",
  run: (context) => measured(context, { form: { activation: 'gelu' }, peak: 1e-3 }),
};

/** Of the same width and depth, on as many characters in as many steps, in a form of today. */
export const shakespeareCharRotary: Protocol = {
  name: 'shakespeare-char-rotary',
  about: 'the same with rotary positions, norms of queries and keys, and twice the rate',
  run: (context) =>
    measured(context, {
      form: { activation: 'gelu', positions: { kind: 'rotary' }, norm: 'rms', queryKeyNorm: true },
      peak: 2e-3,
      changes:
        'positions are rotary, norms divide by the root mean square, those of queries and keys are added, and the rate is twice theirs, the better of two by the measured part at seed 0',
    }),
};

/** What is tried. */
interface Variant {
  readonly form: Partial<TransformerConfig>;
  readonly peak: number;
  /** What is not as in nanoGPT, in words. */
  readonly changes?: string;
}

const BLOCK = 64;
const BATCH = 12;
const SIZES = { layers: 4, heads: 4, width: 128, context: BLOCK };
const STEPS = 2_000;
const ANYWHERE = { length: BLOCK + 1, stride: 1 };
const END = 1e-4;
const WARMUP = 100;
/** Random batches of one of nanoGPT's measurements. */
const LOOKS = 20;

/** Its twin in PyTorch, in the form that nanoGPT has, is apps/bench/peers/torch/shakespeare_char.py. */
function model(vocabulary: number, form: Partial<TransformerConfig>): Transformer {
  const biases = { qkv: false, output: false, feedForward: false, norms: false };
  return transformer(gpt2({ ...SIZES, vocabulary, biases, ...form }));
}

async function measured(context: ReproContext, { form, peak, changes }: Variant): Promise<Reproduction> {
  const { seed, folder, signal } = context;
  if (context.data === undefined) {
    throw new UsageError('shakespeare-char needs the text of tiny-shakespeare. Give the path of the file by --data.');
  }
  const text = await textFile(resolve(context.cwd, context.data));
  const { vocabulary, encode, alphabet } = characters(text);
  const tokens = encode(text);
  const cut = Math.floor(0.9 * tokens.length);
  const [train, held] = [tokens.subarray(0, cut), tokens.subarray(cut)];
  const steps = Math.min(STEPS, context.limit ?? STEPS);
  const net = model(vocabulary, form);
  const [runKey, orderKey, lookKey] = split(key(seed), 3);
  const rate = warmupCosine({ peak, end: END, warmup: Math.min(WARMUP, steps - 1), steps });
  const optimizer = adamW(rate, { b2: 0.99, weightDecay: 0.1, decays: (_, leaf) => leaf.rank >= 2 });
  const data = batches(windows(train, ANYWHERE), { size: BATCH, key: orderKey });
  const everywhere = inWindows(held, BLOCK);
  /** As nanoGPT estimates it: a few random batches. */
  const anywhere = (key: Key): Dataset<SequenceBatch> => {
    const all = windows(held, ANYWHERE);
    return map(
      select(all, Uint32Array.from(randomIntegers(key, LOOKS * BATCH, { min: 0, max: all.length }))),
      (elements) => ({ elements }),
    );
  };
  await using run = await trainKept(
    minimize(nll(net), chain(clipByGlobalNorm(1), optimizer)),
    {
      ...{ name: 'run', data, steps, key: runKey, shown: 'loss' },
      look: {
        every: 250,
        say: async ({ params }, made) =>
          `step ${made}: ${number(await perCharacter(net, params, anywhere(fold(lookKey, made)), signal))} nats held out`,
      },
    },
    context,
  );
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const { params } = run.state;
  await save(directory(join(folder, 'model')), params, { metadata: { alphabet, seed: String(seed) } });
  const common = {
    ...{ what: 'tiny-shakespeare, transformer of 4 × 128', unit: 'nats', lowerIsBetter: true, published: '1.88' },
    source: 'Karpathy 2022, nanoGPT, README: validation loss on a processor after 2,000 iterations',
  };
  const findings = [
    {
      ...common,
      metric: `negative log-likelihood per character, ${LOOKS} random batches of the last tenth`,
      ours: await perCharacter(net, params, anywhere(lookKey), signal),
    },
    {
      ...common,
      metric: `negative log-likelihood per character, all ${everywhere.length} windows of the last tenth`,
      ours: await perCharacter(net, params, everywhere, signal),
    },
  ];
  const protocol =
    `The first ${train.length} of ${tokens.length} characters to train on, the others to measure; ${vocabulary} characters. ${SIZES.layers} blocks of ${SIZES.heads} heads, width ${SIZES.width}, ` +
    `no biases, exact GELU, the embedding tied to the last layer, no dropout (${count(params)} parameters); ${steps} steps of ${BATCH} random windows of ${BLOCK} characters, ` +
    `AdamW (0.9, 0.99, decay 0.1 of all but norms) with a rate that rises for ${WARMUP} steps to ${peak} and falls to ${END} along a cosine, gradients clipped at norm 1. ` +
    (changes ? `Not as in nanoGPT: ${changes}. ` : '') +
    'Settings are otherwise those of nanoGPT, with two differences: windows are drawn without repetition within an epoch, and weights begin normal with deviation 0.02 cut at twice of it. ' +
    `Measured as it measures, by ${LOOKS} random batches of ${BATCH}, and exactly, by windows of ${BLOCK} side by side, of which every character but the very first is predicted.`;
  return { findings, protocol, steps, stopped: false };
}

const count = (params: Tree<Tensor>): number => leaves<Tensor>(params).reduce((n, [, leaf]) => n + leaf.size, 0);

async function perCharacter(
  net: Transformer,
  params: TransformerParams,
  held: Dataset<SequenceBatch>,
  signal: AbortSignal,
): Promise<number> {
  return (await meanNll(net, params, batches(held, { size: 10 * BATCH, epochs: 1, last: 'keep' }), { signal })).nats;
}
