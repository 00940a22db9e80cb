import { MOST } from '../hugging-face/architecture.js';
import { gpt2 } from '../presets/gpt2.js';
import type { GgufArchitecture } from './gguf-architecture.js';
import { f32, u32 } from './gguf-field.js';
import { ggufPlaces } from './gguf-places.js';
import { lacks } from './lacks.js';

/** GPT-2. llama.cpp takes it with all its biases alone: those a model lacks are written as zeros. Its GELU is rounded to float16. */
export const GPT2_GGUF: GgufArchitecture = {
  name: 'gpt2',
  interleaved: false,
  lacks: (config) => [
    ...lacks(config, {
      ...{ norm: 'layer', placement: 'pre', activation: 'gelu-tanh', gated: false, queryKeyNorm: false },
      ...{ positions: 'learned', biases: ['qkv', 'output', 'feedForward'] },
    }),
    ...(config.keyHeads === config.heads ? [] : [`keyHeads is ${config.keyHeads}, not ${config.heads}`]),
    ...(config.headWidth * config.heads === config.width ? [] : ['headWidth is not width / heads']),
  ],
  read: ({ fields, has, vocabulary }) =>
    gpt2({
      vocabulary,
      width: fields.integer('gpt2.embedding_length'),
      layers: fields.integer('gpt2.block_count', undefined, MOST.layers),
      heads: fields.integer('gpt2.attention.head_count', undefined, MOST.heads),
      hidden: fields.integer('gpt2.feed_forward_length'),
      context: fields.integer('gpt2.context_length'),
      epsilon: fields.number('gpt2.attention.layer_norm_epsilon'),
      tied: !has('output.weight'),
    }),
  write: ({ width, layers, heads, hidden, context, epsilon }) => ({
    context_length: u32(context),
    embedding_length: u32(width),
    block_count: u32(layers),
    feed_forward_length: u32(hidden),
    'attention.head_count': u32(heads),
    'attention.layer_norm_epsilon': f32(epsilon),
  }),
  places: (config) => ggufPlaces(config, { fused: true, biased: true }),
};
