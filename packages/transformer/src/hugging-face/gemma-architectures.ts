import { llama } from '../presets/llama.js';
import type { FullConfig, Positions, TransformerConfig } from '../transformer-config.js';
import { activationName } from './activation.js';
import type { Architecture } from './architecture.js';
import type { Fields } from './fields.js';
import { common, commonFields } from './llama-architectures.js';
import { llamaPlaces } from './llama-places.js';
import { ropeFrom } from './rope.js';
import { windowFields, windowsOf } from './windows.js';

/** Gemma: Llama with GEGLU, embeddings times √width, and scales of norms kept as what they are above 1. */
export const GEMMA: Architecture = {
  ...{ name: 'GemmaForCausalLM', modelType: 'gemma', prefix: 'model.' },
  read: (config) => {
    const gemma = gemmaOf(config);
    // The first releases said gelu and meant this.
    return gemma.activation === 'gelu' ? { ...gemma, activation: 'gelu-tanh' } : gemma;
  },
  write: gemmaFields,
  places: (config) =>
    llamaPlaces(config, { norms: { attention: 'input_layernorm', feedForward: 'post_attention_layernorm' }, plus: 1 }),
};

/** Gemma 2: norms on both sides, caps, every other block with a window. */
export const GEMMA2: Architecture = {
  ...{ name: 'Gemma2ForCausalLM', modelType: 'gemma2', prefix: 'model.' },
  read: (config) => ({
    ...sandwichOf(config, { score: 50, logit: 30 }),
    window: windowsOf(config, layersOf(config), (layer) => layer % 2 === 0),
  }),
  write: sandwichFields,
  places: (config) => llamaPlaces(config, { norms: SANDWICH, plus: 1 }),
};

/** Gemma 3, of text: norms on the heads of queries and keys, no caps, blocks with windows that turn by a base of their own. */
export const GEMMA3: Architecture = {
  ...{ name: 'Gemma3ForCausalLM', modelType: 'gemma3_text', prefix: 'model.' },
  read: (config) => {
    const period = config.integer('sliding_window_pattern', config.integer('_sliding_window_pattern', 6));
    return {
      ...sandwichOf(config, {}),
      window: windowsOf(config, layersOf(config), (layer) => (layer + 1) % period !== 0),
      queryKeyNorm: true,
      positions: gemma3Positions(config),
    };
  },
  write: (config) => {
    const { positions } = config;
    const windowBase = (positions.kind === 'rotary' && positions.windowBase) || 10_000;
    return { ...sandwichFields(config), rope_local_base_freq: windowBase };
  },
  places: GEMMA2.places,
};

const SANDWICH = {
  attention: 'input_layernorm',
  attentionAfter: 'post_attention_layernorm',
  feedForward: 'pre_feedforward_layernorm',
  feedForwardAfter: 'post_feedforward_layernorm',
};

function gemmaOf(config: Fields): TransformerConfig {
  if (config.boolean('use_bidirectional_attention', false)) {
    config.refuse('use_bidirectional_attention', 'false or absent, as this decoder looks back only');
  }
  const bias = config.boolean('attention_bias', false);
  const sizes = common(config, 256, 'gelu_pytorch_tanh');
  return llama({
    ...sizes,
    embeddingScale: Math.sqrt(sizes.width),
    biases: { qkv: bias, output: bias, feedForward: false },
    tied: config.boolean('tie_word_embeddings', true),
  });
}

function gemmaFields(config: FullConfig): { readonly [field: string]: unknown } {
  const activation = activationName(config.activation);
  return { ...commonFields(config), hidden_activation: activation, attention_bias: config.biases.qkv };
}

/** `caps`: the defaults of its class, for fields that are absent. */
function sandwichOf(config: Fields, caps: { readonly score?: number; readonly logit?: number }): TransformerConfig {
  const scoreCap = capOf(config, SCORE_CAP, caps.score);
  const logitCap = capOf(config, LOGIT_CAP, caps.logit);
  return {
    ...gemmaOf(config),
    placement: 'both',
    scoreScale: 1 / Math.sqrt(config.number(SCORE_SCALE, 256)),
    ...(scoreCap !== undefined && { scoreCap }),
    ...(logitCap !== undefined && { logitCap }),
  };
}

function sandwichFields(config: FullConfig): { readonly [field: string]: unknown } {
  return {
    ...gemmaFields(config),
    ...windowFields(config),
    [SCORE_SCALE]: Number((config.scoreScale ** -2).toPrecision(12)), // whole, if it was
    [SCORE_CAP]: config.scoreCap ?? null,
    [LOGIT_CAP]: config.logitCap ?? null,
  };
}

const SCORE_SCALE = 'query_pre_attn_scalar';
const SCORE_CAP = 'attn_logit_softcapping';
const LOGIT_CAP = 'final_logit_softcapping';

function capOf(config: Fields, field: string, missing: number | undefined): number | undefined {
  return config.has(field) ? config.number(field) : config.isNull(field) ? undefined : missing;
}

function layersOf(config: Fields): number {
  return common(config).layers;
}

/** Two records, by the kind of block, or one and the base of the blocks with windows. */
function gemma3Positions(config: Fields): Positions {
  const both = config.record('rope_parameters');
  const far = both?.record('full_attention') ?? config.record('rope_scaling');
  const near = both?.record('sliding_attention');
  if (near && near.text('rope_type', 'default') !== 'default') near.refuse('rope_type', 'default');
  const windowBase = near ? near.number('rope_theta', 10_000) : config.number('rope_local_base_freq', 10_000);
  return { ...ropeFrom(far, config, 1e6), windowBase };
}
