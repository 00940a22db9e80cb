import { mapPlaces, normPlaces, type Place } from '../layouts/place.js';
import { gpt2 } from '../presets/gpt2.js';
import type { FullConfig } from '../transformer-config.js';
import { activationName, activationOf } from './activation.js';
import { type Architecture, MOST } from './architecture.js';

/** GPT-2, whose maps are `Conv1D`: (inputs, outputs). */
export const GPT2: Architecture = {
  name: 'GPT2LMHeadModel',
  modelType: 'gpt2',
  prefix: 'transformer.',
  read: (config) => {
    for (const field of ['scale_attn_by_inverse_layer_idx', 'add_cross_attention']) {
      if (config.boolean(field, false)) config.refuse(field, 'false or absent');
    }
    const width = config.integer('n_embd', 768);
    const activation = activationOf(config, 'activation_function', 'gelu_new');
    return gpt2({
      vocabulary: config.integer('vocab_size', 50_257),
      width,
      layers: config.integer('n_layer', 12, MOST.layers),
      heads: config.integer('n_head', 12, MOST.heads),
      hidden: config.integer('n_inner', 4 * width),
      context: config.integer('n_positions', 1_024),
      ...(activation !== 'gelu-tanh' && { activation }),
      epsilon: config.number('layer_norm_epsilon', 1e-5),
      ...(!config.boolean('scale_attn_weights', true) && { scoreScale: 1 }),
      tied: config.boolean('tie_word_embeddings', true),
    });
  },
  write: (config) => ({
    n_embd: config.width,
    n_layer: config.layers,
    n_head: config.heads,
    n_inner: config.hidden,
    n_positions: config.context,
    activation_function: config.activation === 'gelu-tanh' ? 'gelu_new' : activationName(config.activation),
    layer_norm_epsilon: config.epsilon,
    scale_attn_weights: config.scoreScale !== 1 || config.headWidth === 1,
  }),
  places: (config) => gpt2Places(config, { transposed: false }),
};

/** The places of GPT-2's names, which nanoGPT has too, there of PyTorch's linear layers. */
export function gpt2Places(config: FullConfig, { transposed }: { readonly transposed: boolean }): readonly Place[] {
  const { vocabulary, width, hidden, context, layers, biases, tied } = config;
  const shift = biases.norms;
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const [name, path] = [`h.${layer}`, `blocks.${layer}`];
    return [
      ...normPlaces(`${name}.ln_1`, `${path}.attentionNorms.before`, width, { shift }),
      ...mapPlaces(`${name}.attn.c_attn`, `${path}.attention.qkv`, [width, 3 * width], {
        transposed,
        bias: biases.qkv,
      }),
      ...mapPlaces(`${name}.attn.c_proj`, `${path}.attention.output`, [width, width], {
        transposed,
        bias: biases.output,
      }),
      ...normPlaces(`${name}.ln_2`, `${path}.feedForwardNorms.before`, width, { shift }),
      ...mapPlaces(`${name}.mlp.c_fc`, `${path}.feedForward.up`, [width, hidden], {
        transposed,
        bias: biases.feedForward,
      }),
      ...mapPlaces(`${name}.mlp.c_proj`, `${path}.feedForward.down`, [hidden, width], {
        transposed,
        bias: biases.feedForward,
      }),
    ];
  });
  return [
    { name: 'wte.weight', path: 'embedding.table', shape: [vocabulary, width] },
    { name: 'wpe.weight', path: 'positions.table', shape: [context, width] },
    ...blocks.flat(),
    ...normPlaces('ln_f', 'norm', width, { shift }),
    ...(tied ? [] : mapPlaces('lm_head', 'head', [width, vocabulary], { transposed: true, bias: false })),
  ];
}
