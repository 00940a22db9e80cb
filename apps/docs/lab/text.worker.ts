/** Trains a recurrent net on a text, character by character; the page sees only plain data. */
import {
  carried,
  minGru,
  preNorm,
  recurrentNet,
  residualNet,
  stackedNet,
  type TokenModel,
  tokenModel,
} from '@genai/autoregressive';
import { GenaiError, type Tree } from '@genai/core';
import { streams } from '@genai/data';
import { gru, layerNorm, lstm } from '@genai/nn';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type Lab, serveLab } from './common/serve-lab.js';
import { alphabetOf, readable } from './text/alphabet.js';
import type { Piece } from './text/piece.js';
import { readText } from './text/read-text.js';
import { type Writing, type Written, writeText } from './text/write-text.js';

export interface TextOptions {
  readonly text: string;
  readonly net: 'gru' | 'lstm' | 'min-gru';
}

/** A text as the model reads it. */
export interface Reading {
  readonly pieces: readonly Piece[];
  /** Characters that the model does not know, left out. */
  readonly left: number;
}

const WIDTH = 128;
const EMBEDDED = 32;
/** The text is read in as many places at once, as many characters at a time. */
const ROWS = 16;
const LENGTH = 48;
const LEAST = ROWS * 8 + 1;

function setup({ text, net }: TextOptions, _seed: number) {
  const tokenizer = alphabetOf(text);
  const tokens = tokenizer.encode(text);
  if (tokens.length < LEAST) {
    throw new GenaiError(`The text has ${tokens.length} characters; the model needs ${LEAST} to learn from at least.`);
  }
  const model = modelOf(net, tokenizer.vocabulary);
  const optimizer = chain(clipByGlobalNorm(1), adam(4e-3));
  const step = carried(model, { rows: ROWS }, (objective) => minimize(objective, optimizer));
  const data = streams(tokens, { rows: ROWS, length: Math.min(LENGTH, Math.floor((tokens.length - 1) / ROWS)) });
  return { model, tokenizer, step, data };
}

/** Which net it has shows in the types of its parameters, which here may be those of any. */
function modelOf(net: TextOptions['net'], vocabulary: number): TokenModel<Tree<Tensor>, Tree<Tensor>> {
  const minimal = () => residualNet(preNorm(layerNorm(WIDTH), minGru(WIDTH, WIDTH)));
  const made =
    net === 'min-gru'
      ? tokenModel({ vocabulary, net: stackedNet([minimal(), minimal()]) })
      : net === 'lstm'
        ? tokenModel({ vocabulary, net: recurrentNet(lstm(EMBEDDED, WIDTH)) })
        : tokenModel({ vocabulary, net: recurrentNet(gru(EMBEDDED, WIDTH)) });
  return made as unknown as TokenModel<Tree<Tensor>, Tree<Tensor>>;
}

type TextLab = Lab<TextOptions, ReturnType<typeof setup>>;

export const job = serveLab('text', setup, {
  /** A text that goes on from a prompt, with the choices at each character. */
  write: ({ parts: { model, tokenizer }, state, head: { seed } }: TextLab, writing: Writing): Promise<Written> => {
    const { encode, decode } = tokenizer;
    const prompt = readable(tokenizer, writing.prompt).text;
    const spell = (token: number): string => decode([token]);
    return writeText({ model, params: state.params, encode, spell, seed }, { ...writing, prompt });
  },
  /** What each character of `text` surprises the model by. */
  read: async ({ parts: { model, tokenizer }, state }: TextLab, given: string): Promise<Reading> => {
    const { text, left } = readable(tokenizer, given);
    const tokens = tokenizer.encode(`\n${text}`);
    const spell = (token: number): string => tokenizer.decode([token]);
    return { pieces: await readText(model, state.params, tokens, spell), left };
  },
});
