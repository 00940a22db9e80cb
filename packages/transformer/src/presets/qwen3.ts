import type { TransformerConfig } from '../transformer-config.js';
import type { PresetSizes } from './gpt2.js';
import { llama } from './llama.js';

/**
 * Qwen 3: as {@link llama}, with a norm on each head of queries and keys, and slowly turning positions.
 *
 * @example
 * transformer(qwen3({ vocabulary: 151_936, width: 1_024, layers: 28, heads: 16, keyHeads: 8, headWidth: 128, hidden: 3_072, context: 40_960, tied: true }));
 * @source Qwen team 2025, "Qwen3 technical report", section 2.
 */
export function qwen3(sizes: PresetSizes): TransformerConfig {
  return llama({ queryKeyNorm: true, epsilon: 1e-6, positions: { kind: 'rotary', base: 1e6 }, ...sizes });
}
