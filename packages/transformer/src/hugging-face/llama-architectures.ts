import { llama } from '../presets/llama.js';
import { qwen2 } from '../presets/qwen2.js';
import { qwen3 } from '../presets/qwen3.js';
import type { FullConfig, TransformerConfig } from '../transformer-config.js';
import { activationName, activationOf } from './activation.js';
import { type Architecture, MOST } from './architecture.js';
import type { Fields } from './fields.js';
import { llamaPlaces, NORMS } from './llama-places.js';
import { ropeFields, ropeOf } from './rope.js';
import { windowFields, windowsOf } from './windows.js';

/** Llama 2 and 3, SmolLM and SmolLM2. */
export const LLAMA: Architecture = {
  ...{ name: 'LlamaForCausalLM', modelType: 'llama', prefix: 'model.' },
  read: (config) => llama({ ...common(config), biases: llamaBiases(config) }),
  write: (config) => ({
    ...commonFields(config),
    attention_bias: config.biases.qkv,
    mlp_bias: config.biases.feedForward,
  }),
  places: (config) => llamaPlaces(config, { norms: NORMS }),
};

/** Mistral: Llama with one window for all blocks. */
export const MISTRAL: Architecture = {
  ...{ name: 'MistralForCausalLM', modelType: 'mistral', prefix: 'model.' },
  read: (config) =>
    llama({ ...common(config), ...(config.has('sliding_window') && { window: config.integer('sliding_window') }) }),
  write: (config) => ({ ...commonFields(config), sliding_window: config.windows[0] ?? null }),
  places: LLAMA.places,
};

/** Qwen 2 and 2.5: biases of queries, keys and values. */
export const QWEN2: Architecture = {
  ...{ name: 'Qwen2ForCausalLM', modelType: 'qwen2', prefix: 'model.' },
  read: (config) => qwen2({ ...common(config), ...qwenWindows(config) }),
  write: (config) => ({ ...commonFields(config), ...qwenWindowFields(config) }),
  places: LLAMA.places,
};

/** Qwen 3: norms on the heads of queries and keys. */
export const QWEN3: Architecture = {
  ...{ name: 'Qwen3ForCausalLM', modelType: 'qwen3', prefix: 'model.' },
  read: (config) => qwen3({ ...common(config, 128), ...qwenWindows(config), biases: llamaBiases(config) }),
  write: (config) => ({
    ...commonFields(config),
    ...qwenWindowFields(config),
    attention_bias: config.biases.qkv,
  }),
  places: LLAMA.places,
};

/** What the configs of all these say. `headWidth`: the default of its class, if it has one. */
export function common(config: Fields, headWidth?: number, activation = 'silu'): Common {
  const width = config.integer('hidden_size');
  const heads = config.integer('num_attention_heads', undefined, MOST.heads);
  const field = config.has('hidden_activation') ? 'hidden_activation' : 'hidden_act';
  return {
    vocabulary: config.integer('vocab_size'),
    width,
    layers: config.integer('num_hidden_layers', undefined, MOST.layers),
    heads,
    keyHeads: config.integer('num_key_value_heads', heads, MOST.heads),
    headWidth: config.integer('head_dim', headWidth ?? Math.max(1, Math.floor(width / heads)), MOST.headWidth),
    hidden: config.integer('intermediate_size'),
    context: config.integer('max_position_embeddings', 2_048),
    activation: activationOf(config, field, activation),
    epsilon: config.number('rms_norm_eps', 1e-6),
    positions: ropeOf(config),
    tied: config.boolean('tie_word_embeddings', false),
  };
}

type Common = Omit<TransformerConfig, 'norm'>;

/** The fields that {@link common} reads. */
export function commonFields(config: FullConfig): { readonly [field: string]: unknown } {
  const { positions } = config;
  return {
    hidden_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.keyHeads,
    head_dim: config.headWidth,
    intermediate_size: config.hidden,
    max_position_embeddings: config.context,
    hidden_act: activationName(config.activation),
    rms_norm_eps: config.epsilon,
    ...(positions.kind === 'rotary' && ropeFields(positions)),
  };
}

function llamaBiases(config: Fields): NonNullable<TransformerConfig['biases']> {
  const attention = config.boolean('attention_bias', false);
  return { qkv: attention, output: attention, feedForward: config.boolean('mlp_bias', false) };
}

function qwenWindows(config: Fields): { window?: readonly number[] } {
  if (!config.boolean('use_sliding_window', false)) return {};
  const layers = config.integer('num_hidden_layers', undefined, MOST.layers);
  const from = config.integer('max_window_layers', 28);
  return { window: windowsOf(config, layers, (layer) => layer >= from) };
}

function qwenWindowFields(config: FullConfig): { readonly [field: string]: unknown } {
  const first = config.windows.findIndex((window) => window !== undefined);
  return first < 0
    ? { use_sliding_window: false }
    : { ...windowFields(config), use_sliding_window: true, max_window_layers: Math.max(1, first) };
}
