import { MOST } from '../hugging-face/architecture.js';
import { llama } from '../presets/llama.js';
import type { FullConfig, TransformerConfig } from '../transformer-config.js';
import type { GgufArchitecture, GgufSource } from './gguf-architecture.js';
import { f32, type GgufFields, u32 } from './gguf-field.js';
import { ggufPlaces } from './gguf-places.js';
import { ropeFields, ropeOf } from './gguf-rope.js';
import { type GgufTraits, lacks } from './lacks.js';

const LLAMA_TRAITS: GgufTraits = {
  ...{ norm: 'rms', placement: 'pre', activation: 'silu', gated: true, queryKeyNorm: false, positions: 'rotary' },
  biases: ['qkv', 'output', 'feedForward'],
};

/** Llama 2 and 3, SmolLM, Mistral, Mixtral. */
export const LLAMA_GGUF: GgufArchitecture = {
  name: 'llama',
  interleaved: true,
  lacks: (config) => lacks(config, { ...LLAMA_TRAITS, slowed: true, experts: 'may' }),
  read: (source) => llama({ ...commonOf(source, 'llama'), biases: biasesOf(source), ...expertsOf(source, 'llama') }),
  write: (config) => ({ ...commonFields(config), ...expertFields(config) }),
  places: (config) => ggufPlaces(config),
};

/** Qwen 2 and 2.5: queries, keys and values have biases. */
export const QWEN2_GGUF: GgufArchitecture = {
  name: 'qwen2',
  interleaved: false,
  lacks: (config) => [
    ...lacks(config, { ...LLAMA_TRAITS, biases: ['qkv'] }),
    ...(config.biases.qkv ? [] : ['biases.qkv is false, not true']),
    ...(config.headWidth * config.heads === config.width ? [] : ['headWidth is not width / heads']),
  ],
  read: (source) => llama({ ...commonOf(source, 'qwen2'), biases: biasesOf(source) }),
  write: commonFields,
  places: (config) => ggufPlaces(config),
};

/** Qwen 3: norms on the heads of queries and keys. */
export const QWEN3_GGUF: GgufArchitecture = {
  name: 'qwen3',
  interleaved: false,
  lacks: (config) => lacks(config, { ...LLAMA_TRAITS, queryKeyNorm: true, biases: [] }),
  read: (source) => llama({ ...commonOf(source, 'qwen3'), queryKeyNorm: true }),
  write: commonFields,
  places: (config) => ggufPlaces(config),
};

/** Qwen 3 with experts in every layer. */
export const QWEN3_MOE_GGUF: GgufArchitecture = {
  name: 'qwen3moe',
  interleaved: false,
  lacks: (config) => lacks(config, { ...LLAMA_TRAITS, queryKeyNorm: true, biases: [], experts: 'must' }),
  read: (source) => {
    const common = commonOf(source, 'qwen3moe');
    const hidden = source.fields.integer('qwen3moe.expert_feed_forward_length', common.hidden);
    return llama({ ...common, hidden, queryKeyNorm: true, ...expertsOf(source, 'qwen3moe') });
  },
  write: (config) => ({
    ...commonFields(config),
    ...expertFields(config),
    expert_feed_forward_length: u32(config.hidden),
  }),
  places: (config) => ggufPlaces(config),
};

/** What the fields of all architectures with rotary positions say. */
export function commonOf({ fields, has, vocabulary, slower }: GgufSource, name: string): CommonSizes {
  const width = fields.integer(`${name}.embedding_length`);
  const heads = fields.integer(`${name}.attention.head_count`, undefined, MOST.heads);
  const usual = Math.max(1, Math.floor(width / heads));
  const headWidth = fields.integer(`${name}.attention.key_length`, usual, MOST.headWidth);
  const values = fields.integer(`${name}.attention.value_length`, usual, MOST.headWidth);
  if (values !== headWidth) fields.refuse(`${name}.attention.value_length`, `the length of keys, ${headWidth}`);
  return {
    ...{ vocabulary, width, heads, headWidth },
    layers: fields.integer(`${name}.block_count`, undefined, MOST.layers),
    keyHeads: fields.integer(`${name}.attention.head_count_kv`, heads, MOST.heads),
    hidden: fields.integer(`${name}.feed_forward_length`),
    context: fields.integer(`${name}.context_length`),
    epsilon: fields.number(`${name}.attention.layer_norm_rms_epsilon`),
    positions: ropeOf(fields, name, headWidth, slower),
    tied: !has('output.weight'),
  };
}

/** Nothing without a count of experts. */
function expertsOf({ fields }: GgufSource, name: string): Pick<TransformerConfig, 'experts'> {
  if (!fields.has(`${name}.expert_count`)) return {};
  const count = fields.integer(`${name}.expert_count`, undefined, MOST.heads);
  return { experts: { count, active: fields.integer(`${name}.expert_used_count`, undefined, count) } };
}

function expertFields({ experts }: FullConfig): GgufFields {
  return experts ? { expert_count: u32(experts.count), expert_used_count: u32(experts.active) } : {};
}

type CommonSizes = Omit<TransformerConfig, 'norm'>;

/** The fields that {@link commonOf} reads. */
export function commonFields(config: FullConfig): GgufFields {
  const { positions, headWidth } = config;
  return {
    vocab_size: u32(config.vocabulary),
    context_length: u32(config.context),
    embedding_length: u32(config.width),
    block_count: u32(config.layers),
    feed_forward_length: u32(config.hidden),
    'attention.head_count': u32(config.heads),
    'attention.head_count_kv': u32(config.keyHeads),
    'attention.key_length': u32(headWidth),
    'attention.value_length': u32(headWidth),
    'attention.layer_norm_rms_epsilon': f32(config.epsilon),
    ...(positions.kind === 'rotary' && ropeFields(positions, headWidth)),
  };
}

/** The file tells by its tensors which maps have biases. */
function biasesOf({ has }: GgufSource): NonNullable<TransformerConfig['biases']> {
  return {
    qkv: has('blk.0.attn_q.bias'),
    output: has('blk.0.attn_output.bias'),
    feedForward: has('blk.0.ffn_down.bias'),
  };
}
