import { resolve } from 'node:path';
import { meanNll, nll, recurrentNet, type TokenModel, tokenModel } from '@genai/autoregressive';
import { disposeTree, type Key, key, leaves, mapLeaves, randomPermutation, split, type Tree } from '@genai/core';
import { batches, characters, type Dataset, lineSequences, lines, type MaskedElements, skip, take } from '@genai/data';
import { textFile } from '@genai/data/node';
import { gru } from '@genai/nn';
import { scope } from '@genai/tensor';
import { adamW, ema, minimize, warmupCosine } from '@genai/train';
import { clone, type Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import { UsageError } from '../usage-error.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

/** First names, letter by letter. */
export const names: Protocol = {
  name: 'names',
  about: 'a gated recurrent unit on the first names of makemore: nats per letter of names held out',
  run: measured,
};

const SIZES = { embedding: 64, width: 224, dropout: 0.2 };
const STEPS = 12_000;
const BATCH = 64;
const RATE = 3e-3;
const DECAY = 0.998;
/** Names held out, as makemore does. */
const TEST = 1_000;

async function measured(context: ReproContext): Promise<Reproduction> {
  const { seed } = context;
  if (context.data === undefined) {
    throw new UsageError('names needs the file names.txt of makemore, a name on each line. Give its path by --data.');
  }
  const all = await namesOf(resolve(context.cwd, context.data));
  const [runKey, orderKey, partKey] = split(key(seed), 3);
  const tokenizer = characters(all.join(''));
  const end = tokenizer.vocabulary; // it stands before a name too
  const data = lineSequences(shuffled(all, partKey), tokenizer, { end });
  const [train, test] = [skip(data, TEST), take(data, TEST)];
  const steps = Math.min(STEPS, context.limit ?? STEPS);
  const vocabulary = end + 1;
  const model = tokenModel({
    vocabulary,
    net: recurrentNet(gru(SIZES.embedding, SIZES.width)),
    dropout: SIZES.dropout,
    beginToken: end,
    endToken: end,
  });
  const rate = warmupCosine({ peak: RATE, warmup: Math.min(200, steps - 1), steps, end: RATE / 100 });
  const step = ema(minimize(nll(model), adamW(rate, { weightDecay: 0.01 })), { decay: DECAY });
  await using run = await trainKept(
    step,
    {
      ...{ name: 'run', data: batches(train, { size: BATCH, key: orderKey }), steps, key: runKey, shown: 'loss' },
      look: {
        every: 1_000,
        say: async ({ average }, made) => `step ${made}: ${number(await perToken(model, average, test))} nats held out`,
      },
    },
    context,
  );
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const params = scope(() => mapLeaves<Tensor, typeof run.state.average>(run.state.average, (leaf) => clone(leaf)));
  try {
    const finding = {
      what: 'first names, gated recurrent unit',
      metric: `negative log-likelihood per letter of ${TEST} names held out, their ends included`,
      unit: 'nats',
      lowerIsBetter: true,
      published: '1.92',
      source: 'Karpathy 2022, makemore, README: test log-loss of a Transformer with 200,000 parameters',
      ours: await perToken(model, params, test),
    };
    const protocol =
      `${all.length - TEST} names to train on and ${TEST} to measure, chosen by the seed as makemore chooses them by its own; ${vocabulary} tokens. ` +
      `An embedding of ${SIZES.embedding}, a gated recurrent unit of ${SIZES.width}, dropout ${SIZES.dropout} before and behind it (${count(params)} parameters); ${steps} steps of ${BATCH} names, ` +
      `AdamW with decay 0.01 and a rate that falls from ${RATE} to a hundredth along a cosine, parameters averaged over ${DECAY}. Neither settings nor steps were chosen by the names held out. ` +
      'Published: a Transformer of 4 layers, width 64, rate 5e-4, batch 32, the best step by test loss.';
    return { findings: [finding], protocol, steps, stopped: false };
  } finally {
    disposeTree(params);
  }
}

const count = (params: Tree<Tensor>): number => leaves<Tensor>(params).reduce((n, [, leaf]) => n + leaf.size, 0);

/** The mean over all letters, and ends, of the data. */
async function perToken<P, S extends Tree<Tensor>>(
  model: TokenModel<P, S>,
  params: P,
  data: Dataset<MaskedElements>,
): Promise<number> {
  return (await meanNll(model, params, batches(data, { size: 250, epochs: 1, last: 'keep' }))).nats;
}

async function namesOf(path: string): Promise<readonly string[]> {
  const found = lines(await textFile(path));
  if (found.length <= TEST) {
    throw new UsageError(`${path} has ${found.length} names, expected more than the ${TEST} that are held out.`);
  }
  return found;
}

function shuffled<T>(list: readonly T[], key: Key): readonly T[] {
  return Array.from(randomPermutation(key, list.length), (i) => list[i]!);
}
