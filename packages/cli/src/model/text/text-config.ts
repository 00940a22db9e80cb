import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining, type TextDataConfig } from '../family.js';

/** What stands between the embedding and the logits. */
export const TEXT_NETS = ['lstm', 'gru', 'rnn', 'min-gru', 'min-lstm', 'state-space', 'wave-net'] as const;
export const TOKENIZERS = ['characters', 'bytes', 'byte-pairs'] as const;

export type TextParts = {
  readonly net: (typeof TEXT_NETS)[number];
  readonly layers: number;
  /** Of the embedding and of every layer. */
  readonly width: number;
  /** Share dropped before, between and behind the layers in training. */
  readonly dropout: number;
  /** Whether the embedding is the last layer too. */
  readonly tied: boolean;
  readonly tokenizer: (typeof TOKENIZERS)[number];
  /** Tokens of a tokenizer of byte pairs; the others have as many as they need. */
  readonly vocabulary: number;
};

export type TextTraining = CommonTraining & {
  /** Tokens of each stream in a step; `batch` is the number of streams. */
  readonly length: number;
  /** The longest gradient: a longer one is scaled down to it. */
  readonly clip: number;
};

export type TextConfig = CommonConfig<TextDataConfig> & {
  readonly family: 'text';
  readonly parts: TextParts;
  readonly training: TextTraining;
};

/** @throws UsageError that names the field that is wrong. */
export function parseText(fields: ConfigReader, common: CommonConfig<TextDataConfig>): TextConfig {
  const parts = fields.record('parts', ['net', 'layers', 'width', 'dropout', 'tied', 'tokenizer', 'vocabulary']);
  const training = fields.record('training', ['steps', 'batch', 'learningRate', 'seed', 'length', 'clip']);
  return {
    family: 'text',
    preset: common.preset,
    parts: {
      net: parts.oneOf('net', TEXT_NETS),
      layers: parts.integer('layers', 1),
      width: parts.integer('width', 1),
      dropout: parts.number('dropout', 0, MOST_DROPPED),
      tied: parts.boolean('tied'),
      tokenizer: parts.oneOf('tokenizer', TOKENIZERS),
      vocabulary: parts.integer('vocabulary', LEAST_VOCABULARY),
    },
    data: common.data,
    training: {
      ...commonTraining(training),
      length: training.integer('length', 1),
      clip: training.number('clip', LEAST_CLIP),
    },
    versions: common.versions,
  };
}

const MOST_DROPPED = 0.9;
/** One token for each byte. */
const LEAST_VOCABULARY = 256;
/** A gradient of no length would move nothing. */
const LEAST_CLIP = 1e-6;
