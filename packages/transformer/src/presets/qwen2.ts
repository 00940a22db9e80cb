import type { TransformerConfig } from '../transformer-config.js';
import type { PresetSizes } from './gpt2.js';
import { llama } from './llama.js';

/**
 * Qwen 2 and 2.5: as {@link llama}, with biases of queries, keys and values, and slowly turning positions.
 *
 * @example
 * transformer(qwen2({ vocabulary: 151_936, width: 896, layers: 24, heads: 14, keyHeads: 2, hidden: 4_864, context: 32_768, tied: true }));
 * @source Qwen team 2024, "Qwen2 technical report", section 2.2.
 */
export function qwen2(sizes: PresetSizes): TransformerConfig {
  return llama({
    biases: { qkv: true, output: false, feedForward: false },
    ...{ epsilon: 1e-6, positions: { kind: 'rotary', base: 1e6 } },
    ...sizes,
  });
}
