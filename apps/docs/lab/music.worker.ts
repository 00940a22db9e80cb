/** Trains a recurrent net on music, voice by voice; the page sees only plain data. */
import { elementLogProbs, nll, recurrentNet, tokenModel } from '@genai/autoregressive';
import { fold, key } from '@genai/core';
import { batches, fromArrays, voiceEvents } from '@genai/data';
import { gru } from '@genai/nn';
import { owned, scope } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { mean, neg, tensor2d } from '@tensorflow/tfjs-core';
import { type Lab, serveLab } from './common/serve-lab.js';
import { type Continuing, continueScore } from './music/continue-score.js';
import { piecesOf } from './music/pieces.js';
import type { Score } from './music/score.js';
import { lengthOf, STYLES, type StyleName } from './music/style.js';

export interface MusicOptions {
  readonly style: StyleName;
}

/** What the page is shown. */
export interface MusicLook {
  /** After how many steps of training. */
  readonly step: number;
  readonly score: Score;
  /** −log p of a step of music that was held out, nats. */
  readonly unseen: number;
}

const WIDTH = 128;
const EMBEDDED = 48;
const ROWS = 16;

function setup({ style: name }: MusicOptions, seed: number) {
  const style = STYLES[name];
  const { lowest, highest, voices } = style;
  const events = voiceEvents({ lowest, highest, voices, lead: { voice: 0, steps: style.lead } });
  const { vocabulary, end } = events;
  const model = tokenModel({ vocabulary, net: recurrentNet(gru(EMBEDDED, WIDTH)), beginToken: end });
  const { known, unseen } = piecesOf(name, style, events, key(seed));
  const rows = (pieces: readonly Int32Array[]) => Int32Array.from(pieces.flatMap((tokens) => [...tokens]));
  const dataset = fromArrays({ data: rows(known), shape: [known.length, lengthOf(style)] });
  const data = batches(dataset, { size: ROWS, key: fold(key(seed), 1) });
  const step = minimize(nll(model), chain(clipByGlobalNorm(1), adam(5e-3)));
  return { model, events, style, step, data, unseen: { rows: rows(unseen), count: unseen.length } };
}

type MusicLab = Lab<MusicOptions, ReturnType<typeof setup>>;

export const job = serveLab('music', setup, {
  /** How the model goes on with a melody now, and how good it is. */
  look: async (lab: MusicLab, asked: Continuing): Promise<MusicLook> => {
    const { parts, state, head } = lab;
    const { model, events, style, unseen } = parts;
    const { params } = state;
    const { step } = lab;
    const score = await continueScore({ model, params, events, style }, asked, fold(key(head.seed + 2), asked.number));
    using missed = owned(
      scope(() => {
        const elements = tensor2d(unseen.rows, [unseen.count, lengthOf(style)], 'int32'); // (pieces, tokens)
        return { nats: neg(mean(elementLogProbs(model, params, { elements }).logProbs)) };
      }),
    );
    return { step, score, unseen: ((await missed.nats.data())[0]! * lengthOf(style)) / style.steps };
  },
});
