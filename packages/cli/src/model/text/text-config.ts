import type { TransformerConfig } from '@genai/transformer';
import { UsageError } from '../../usage-error.js';
import type { ConfigReader } from '../config-reader.js';
import { type CommonConfig, type CommonTraining, commonTraining, type TextDataConfig } from '../family.js';
import { decoderFrom } from './decoder-from.js';

/** What carries a state from token to token, between the embedding and the logits. */
export const TEXT_NETS = ['lstm', 'gru', 'rnn', 'min-gru', 'min-lstm', 'state-space', 'wave-net'] as const;
/** Transformers: what a `decoder` does not say is filled in as in the models of that name; of a `transformer` nothing is. */
export const TRANSFORMERS = ['transformer', 'gpt2', 'llama', 'qwen', 'gemma'] as const;
const TOKENIZERS = ['characters', 'bytes', 'byte-pairs'] as const;

type TokenParts = {
  readonly tokenizer: (typeof TOKENIZERS)[number];
  /** Tokens of a tokenizer of byte pairs; the others have as many as they need. */
  readonly vocabulary: number;
};

/** A net that carries a state. */
export type NetParts = TokenParts & {
  readonly net: (typeof TEXT_NETS)[number];
  readonly layers: number;
  /** Of the embedding and of every layer. */
  readonly width: number;
  /** Share dropped before, between and behind the layers in training. */
  readonly dropout: number;
  /** Whether the embedding is the last layer too. */
  readonly tied: boolean;
};

/** A transformer by one dial. */
export type DialParts = TokenParts & {
  readonly net: 'gpt';
  /** Number of blocks, each of which adds 64 to the width. */
  readonly depth: number;
  /** The most tokens that are looked at. */
  readonly context: number;
  /** Share of what each part adds that is dropped in training. */
  readonly dropout: number;
};

/** Any transformer. */
export type DecoderParts = TokenParts & {
  readonly net: (typeof TRANSFORMERS)[number];
  readonly decoder: Decoder;
};

/** A transformer; its vocabulary is that of the tokenizer, unless it has room for more tokens. */
export type Decoder = Omit<TransformerConfig, 'vocabulary' | 'positions' | 'norm'> &
  Partial<Pick<TransformerConfig, 'vocabulary' | 'positions' | 'norm'>>;

export type TextParts = NetParts | DialParts | DecoderParts;

/** `learningRate` is the highest that a transformer has; by the dial, that of depth 4: deeper ones learn more slowly. */
export type TextTraining = CommonTraining & {
  /** Tokens of each row in a step; `batch` is the number of rows. */
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
  const parts = partsOf(fields.record('parts', PARTS));
  const training = fields.record('training', ['steps', 'batch', 'learningRate', 'seed', 'length', 'clip']);
  const config: TextConfig = {
    family: 'text',
    preset: common.preset,
    parts,
    data: common.data,
    training: {
      ...commonTraining(training),
      length: training.integer('length', 1),
      clip: training.number('clip', LEAST_CLIP),
    },
    versions: common.versions,
  };
  const { length } = config.training;
  const context = contextOf(parts);
  if (length <= context) return config;
  throw new UsageError(
    `${training.where}.length must be at most the context of ${context}, got ${length}. Give a smaller length, or a larger "context" in the parts.`,
  );
}

const OF_NET = ['layers', 'width', 'dropout', 'tied'];
const OF_DIAL = ['depth', 'context', 'dropout'];
const PARTS = [...new Set(['net', 'tokenizer', 'vocabulary', 'decoder', ...OF_NET, ...OF_DIAL])];

function partsOf(fields: ConfigReader): TextParts {
  const net = fields.oneOf('net', [...TEXT_NETS, 'gpt', ...TRANSFORMERS]);
  const own = net === 'gpt' ? OF_DIAL : isTransformer(net) ? ['decoder'] : OF_NET;
  for (const field of PARTS) {
    if (['net', 'tokenizer', 'vocabulary', ...own].includes(field) || !fields.has(field)) continue;
    throw new UsageError(`${fields.where}.${field} does not belong to net ${net}, which has ${own.join(', ')}.`);
  }
  const tokens = {
    tokenizer: fields.oneOf('tokenizer', TOKENIZERS),
    vocabulary: fields.integer('vocabulary', LEAST_VOCABULARY),
  };
  const dropout = (): number => fields.number('dropout', 0, MOST_DROPPED);
  if (net === 'gpt') {
    const [depth, context] = [fields.integer('depth', 1), fields.integer('context', 1)];
    return { net, depth, context, dropout: dropout(), ...tokens };
  }
  if (isTransformer(net)) return { net, decoder: decoderFrom(fields, { filled: net !== 'transformer' }), ...tokens };
  const [layers, width] = [fields.integer('layers', 1), fields.integer('width', 1)];
  return { net, layers, width, dropout: dropout(), tied: fields.boolean('tied'), ...tokens };
}

function isTransformer(net: TextParts['net']): net is DecoderParts['net'] {
  return (TRANSFORMERS as readonly string[]).includes(net);
}

/** What limits the length of a row. */
function contextOf(parts: TextParts): number {
  if ('decoder' in parts) return parts.decoder.context;
  return 'context' in parts ? parts.context : Number.POSITIVE_INFINITY;
}

const MOST_DROPPED = 0.9;
/** One token for each byte. */
const LEAST_VOCABULARY = 256;
/** A gradient of no length would move nothing. */
const LEAST_CLIP = 1e-6;
