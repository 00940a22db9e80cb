import type { TransformerConfig } from '../transformer-config.js';
import type { PresetSizes } from './gpt2.js';
import { llama } from './llama.js';

/**
 * Gemma 2: norms before and behind each part, GEGLU, capped scores and logits, every other block with a window, embeddings times √width,
 * tied.
 *
 * @example
 * transformer(gemma2({ vocabulary: 256_000, width: 2_304, layers: 26, heads: 8, keyHeads: 4, headWidth: 256, hidden: 9_216, context: 8_192 }));
 * @source Gemma team 2024, "Gemma 2: improving open language models at a practical size", section 2.
 */
export function gemma2({ window = 4_096, ...sizes }: PresetSizes): TransformerConfig {
  const each =
    typeof window === 'number' ? Array.from({ length: sizes.layers }, (_, i) => (i % 2 ? 0 : window)) : window;
  return llama({
    ...{ placement: 'both', activation: 'gelu-tanh', scoreCap: 50, logitCap: 30, epsilon: 1e-6, tied: true },
    ...{ embeddingScale: Math.sqrt(sizes.width), window: each },
    ...sizes,
  });
}
