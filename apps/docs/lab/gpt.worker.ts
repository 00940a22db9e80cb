/** Trains a tiny GPT on a text; the page sees only plain data. */
import { nll } from '@genai/autoregressive';
import { GenaiError, key, split } from '@genai/core';
import { batches, trainBytePairs, windows } from '@genai/data';
import { adamW, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { gpt2, transformer } from '@genai/transformer';
import { type Lab, serveLab } from './common/serve-lab.js';
import { alphabetOf, readable } from './text/alphabet.js';
import { type AttentionMaps, attentionMaps } from './text/attention-maps.js';
import { type Form, formOf } from './text/form.js';
import { type Choice, likeliest } from './text/piece.js';
import { type Writing, type Written, writeText } from './text/write-text.js';

export interface GptOptions {
  readonly text: string;
  readonly tokens: 'characters' | 'pairs';
}

/** A prompt as the model sees it. */
export interface Look {
  /** The tokens of the prompt, the last `READ` of them. */
  readonly tokens: readonly string[];
  readonly maps: AttentionMaps;
  /** The likeliest tokens after the prompt. */
  readonly next: readonly Choice[];
}

/** The most tokens a sequence has, prompt and all; as many are learnt at once, so that every position is. */
const CONTEXT = 128;
const BATCH = 8;
const LEAST = CONTEXT + BATCH;
/** How many byte pairs there are with the bytes. */
const PAIRS = 512;
/** How many tokens of a prompt are looked at. */
const READ = 40;

function setup({ text, tokens }: GptOptions, seed: number) {
  const tokenizer = tokens === 'pairs' ? pairsOf(text) : charactersOf(text);
  const learnt = tokenizer.encode(text);
  if (learnt.length < LEAST) {
    throw new GenaiError(`The text has ${learnt.length} tokens; the model needs ${LEAST} to learn from at least.`);
  }
  const { vocabulary } = tokenizer;
  const config = gpt2({ vocabulary, width: 64, layers: 2, heads: 4, context: CONTEXT });
  const model = transformer(config);
  const optimizer = adamW(3e-3, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 });
  const step = minimize(nll(model), chain(clipByGlobalNorm(1), optimizer));
  const [order] = split(key(seed));
  const data = batches(windows(learnt, { length: CONTEXT + 1, stride: 1 }), { size: BATCH, key: order });
  return { model, tokenizer, step, data };
}

/** What the laboratory needs of a tokenizer, whatever its tokens are. */
interface LabTokens {
  readonly vocabulary: number;
  /** The tokens of a text, without what none of them can spell. */
  readonly encode: (text: string) => Int32Array;
  readonly spell: (token: number) => string;
  /** What each token stands for, for constraints. */
  readonly spellings: readonly (string | Uint8Array)[];
}

function charactersOf(text: string): LabTokens {
  const tokenizer = alphabetOf(text);
  return {
    vocabulary: tokenizer.vocabulary,
    encode: (given) => tokenizer.encode(readable(tokenizer, given).text),
    spell: (token) => tokenizer.decode([token]),
    spellings: [...tokenizer.alphabet],
  };
}

function pairsOf(text: string): LabTokens {
  const tokenizer = trainBytePairs(text, { vocabulary: PAIRS });
  return {
    vocabulary: tokenizer.vocabulary,
    encode: tokenizer.encode,
    spell: (token) => tokenizer.decode([token]),
    spellings: Array.from({ length: tokenizer.vocabulary }, (_, token) => tokenizer.tokenBytes(token)),
  };
}

type GptLab = Lab<GptOptions, ReturnType<typeof setup>>;

export const job = serveLab('gpt', setup, {
  /** What each head attends to in a prompt, and what may follow it. */
  look: async ({ parts: { model, tokenizer }, state }: GptLab, prompt: string, temperature: number): Promise<Look> => {
    const { encode, spell } = tokenizer;
    const all = encode(prompt || '\n');
    const read = all.subarray(Math.max(0, all.length - READ));
    const { logits, ...maps } = await attentionMaps(model.config, state.params, read);
    const next = likeliest(
      logits.map((logit) => logit / temperature),
      spell,
    );
    return { tokens: Array.from(read, spell), maps, next };
  },
  /** A text that goes on from a prompt, of a form if there is one. */
  write: ({ parts, state, head: { seed } }: GptLab, writing: Writing, form: Form): Promise<Written> => {
    const { model, tokenizer } = parts;
    const { encode, spell, spellings } = tokenizer;
    const constraint = formOf(form, spellings);
    const prompt = promptOf(writing.prompt);
    return writeText({ model, params: state.params, encode, spell, seed, constraint }, { ...writing, prompt });
  },
});

/** As much of a prompt as leaves room for what is to be written. */
function promptOf(prompt: string): string {
  return prompt.slice(-READ);
}
