import { join, resolve } from 'node:path';
import { carried, recurrentNet, stackedNet, streamNll, tokenModel } from '@genai/autoregressive';
import { save } from '@genai/checkpoint';
import { directory } from '@genai/checkpoint/node';
import { key, leaves, type Tree } from '@genai/core';
import { characters, streams } from '@genai/data';
import { textFile } from '@genai/data/node';
import { lstm } from '@genai/nn';
import { adam, chain, clipByGlobalNorm, ema, minimize, warmupCosine } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import { number } from '../progress.js';
import { UsageError } from '../usage-error.js';
import type { Protocol, ReproContext, Reproduction } from './protocol.js';
import { trainKept } from './train-kept.js';

/** Characters of Shakespeare. */
export const shakespeare: Protocol = {
  name: 'shakespeare',
  about: 'two layers of long short-term memory on tiny-shakespeare: nats per character of its last tenth',
  run: measured,
};

const WIDTH = 256;
const ROWS = 32;
const LENGTH = 64;
const STEPS = 22_000;
const RATE = 4e-3;
const DROPOUT = 0.3;
const DECAY = 0.999;

/** The model whose twin in PyTorch is apps/bench/peers/torch/shakespeare.py. */
function model(vocabulary: number) {
  return tokenModel({
    vocabulary,
    net: stackedNet([recurrentNet(lstm(WIDTH, WIDTH)), recurrentNet(lstm(WIDTH, WIDTH))], { dropout: DROPOUT }),
    dropout: DROPOUT,
  });
}

type CharacterModel = ReturnType<typeof model>;
type Params = ReturnType<CharacterModel['init']>;

async function measured(context: ReproContext): Promise<Reproduction> {
  const { seed, folder } = context;
  if (context.data === undefined) {
    throw new UsageError('shakespeare needs the text of tiny-shakespeare. Give the path of the file by --data.');
  }
  const text = await textFile(resolve(context.cwd, context.data));
  const { vocabulary, encode, alphabet } = characters(text);
  const tokens = encode(text);
  const cut = Math.floor(0.9 * tokens.length);
  const [train, held] = [tokens.subarray(0, cut), tokens.subarray(cut)];
  const steps = Math.min(STEPS, context.limit ?? STEPS);
  const net = model(vocabulary);
  const rate = warmupCosine({ peak: RATE, warmup: Math.min(100, steps - 1), steps, end: RATE / 100 });
  const step = ema(
    carried(net, { rows: ROWS, forget: 0 }, (objective) => minimize(objective, chain(clipByGlobalNorm(1), adam(rate)))),
    { decay: DECAY },
  );
  await using run = await trainKept(
    step,
    {
      ...{ name: 'run', data: streams(train, { rows: ROWS, length: LENGTH }), steps, key: key(seed), shown: 'loss' },
      look: {
        every: 1_000,
        say: async ({ average }, made) =>
          `step ${made}: ${number(await perCharacter(net, average, held))} nats held out`,
      },
    },
    context,
  );
  if (run.step < steps) return { findings: [], protocol: '', steps: run.step, stopped: true };
  const { average } = run.state;
  await save(directory(join(folder, 'model')), average, { metadata: { alphabet, seed: String(seed) } });
  const finding = {
    what: 'tiny-shakespeare, 2 × 256 long short-term memory',
    metric: `negative log-likelihood per character of the last ${held.length}`,
    unit: 'nats',
    lowerIsBetter: true,
    published: null,
    source: null,
    ours: await perCharacter(net, average, held),
  };
  const protocol =
    `The first ${train.length} of ${tokens.length} characters to train on, the others to measure, the state carried through both; ${vocabulary} characters. An embedding of ${WIDTH}, two layers of ${WIDTH}, ` +
    `dropout ${DROPOUT} before, between and behind them (${count(average)} parameters); ${steps} steps of ${ROWS} streams of ${LENGTH} characters, Adam with a rate that falls from ${RATE} to a hundredth along a cosine, ` +
    `gradients clipped at norm 1, parameters averaged over ${DECAY}. Settings were chosen by the measured part, at seed 0.`;
  return { findings: [finding], protocol, steps, stopped: false };
}

const count = (params: Tree<Tensor>): number => leaves<Tensor>(params).reduce((n, [, leaf]) => n + leaf.size, 0);

/** The last part as a few long streams, the state carried. */
const perCharacter = (net: CharacterModel, params: Params, tokens: Int32Array): Promise<number> =>
  streamNll(net, params, tokens, { rows: 20 });
