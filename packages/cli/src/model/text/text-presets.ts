import type { Preset } from '../family.js';
import type { DecoderParts, DialParts, NetParts, TextParts, TextTraining } from './text-config.js';

/** What can be measured of text held out. */
export const TEXT_METRICS = ['nllPerToken', 'bitsPerByte', 'perplexity'] as const;

/** What can be measured of texts that a model draws. */
export const DRAWN_TEXT_METRICS = ['distinct', 'repetition', 'selfBleu'] as const;

interface TextPreset extends Preset {
  readonly parts: TextParts;
  readonly training: TextTraining;
}

const PARTS: NetParts = {
  ...{ net: 'lstm', layers: 2, width: 256, dropout: 0.2, tied: false },
  ...{ tokenizer: 'characters', vocabulary: 1024 },
};
const DIAL: DialParts = {
  ...{ net: 'gpt', depth: 4, context: 128, dropout: 0 },
  ...{ tokenizer: 'characters', vocabulary: 1024 },
};
/** A small one of a known form; `keyHeads` are what groups of queries share. */
const DECODER: DecoderParts = {
  ...{ net: 'llama', tokenizer: 'bytes', vocabulary: 1024 },
  decoder: { width: 192, layers: 4, heads: 6, keyHeads: 3, context: 128 },
};
const TRAINING: TextTraining = { steps: 3_000, batch: 32, learningRate: 3e-3, seed: 0, length: 64, clip: 1 };
const BY_WINDOWS: TextTraining = { ...TRAINING, batch: 16, learningRate: 1e-3, length: 128 };

export const TEXT_PRESETS: { readonly [name: string]: TextPreset } = {
  lstm: { about: 'two layers of long short-term memory over characters', parts: PARTS, training: TRAINING },
  gru: { about: 'the same of gated recurrent units', parts: { ...PARTS, net: 'gru' }, training: TRAINING },
  'min-gru': {
    about: 'minimal gated units, trained by a parallel scan',
    parts: { ...PARTS, net: 'min-gru', layers: 3 },
    training: TRAINING,
  },
  mamba: {
    about: 'selective state spaces, constant memory while drawing',
    parts: { ...PARTS, net: 'state-space', layers: 3, width: 128, tied: true },
    training: TRAINING,
  },
  'wave-net': {
    about: 'dilated causal convolutions',
    parts: { ...PARTS, net: 'wave-net', layers: 6, width: 128 },
    training: TRAINING,
  },
  'lstm-byte-pairs': {
    about: 'long short-term memory over byte pairs, whose merges are learnt from the text',
    parts: { ...PARTS, tokenizer: 'byte-pairs', tied: true },
    training: TRAINING,
  },
  gpt: {
    about: 'a transformer over characters; its depth is the one dial',
    parts: DIAL,
    training: BY_WINDOWS,
  },
  'gpt-byte-pairs': {
    about: 'the same over byte pairs, whose merges are learnt from the text',
    parts: { ...DIAL, tokenizer: 'byte-pairs' },
    training: BY_WINDOWS,
  },
  gpt2: {
    about: 'a small transformer over bytes, made like GPT-2: learnt positions, layer norms, GELU',
    parts: { ...DECODER, net: 'gpt2', decoder: { width: 192, layers: 4, heads: 6, context: 128 } },
    training: BY_WINDOWS,
  },
  llama: {
    about: 'one made like Llama: rotary positions, root mean square norms, SwiGLU, grouped queries',
    parts: DECODER,
    training: BY_WINDOWS,
  },
  qwen: {
    about: 'one made like Qwen 3: as llama, with norms of queries and keys',
    parts: { ...DECODER, net: 'qwen' },
    training: BY_WINDOWS,
  },
  gemma: {
    about: 'one made like Gemma 2: norms on both sides, GEGLU, caps, every other block with a window',
    parts: { ...DECODER, net: 'gemma', decoder: { ...DECODER.decoder, window: 64 } },
    training: BY_WINDOWS,
  },
};
