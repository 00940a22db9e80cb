import type { TransformerConfig } from '../transformer-config.js';

/** What the presets take: the sizes, and anything else of a config to set otherwise. */
export type PresetSizes = Pick<TransformerConfig, 'vocabulary' | 'width' | 'layers' | 'heads' | 'context'> &
  Partial<TransformerConfig>;

/**
 * GPT-2: learnt positions, layer norms before each part, GELU, biases everywhere, tied embeddings.
 *
 * @example
 * transformer(gpt2({ vocabulary: 50_257, width: 768, layers: 12, heads: 12, context: 1_024 })); // 124 M parameters
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3.
 */
export function gpt2(sizes: PresetSizes): TransformerConfig {
  return { positions: { kind: 'learned' }, norm: 'layer', activation: 'gelu-tanh', tied: true, ...sizes };
}
