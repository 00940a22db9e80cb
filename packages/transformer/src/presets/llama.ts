import type { TransformerConfig } from '../transformer-config.js';
import type { PresetSizes } from './gpt2.js';

/**
 * Llama: rotary positions, root mean square norms before each part, SwiGLU, no biases. `hidden` is 8/3 · width, rounded up to a multiple
 * of 256, unless given.
 *
 * @example
 * transformer(llama({ vocabulary: 32_000, width: 288, layers: 6, heads: 6, keyHeads: 6, hidden: 768, context: 256 }));
 * @source Touvron et al. 2023, "LLaMA: open and efficient foundation language models", section 2.2.
 */
export function llama(sizes: PresetSizes): TransformerConfig {
  return {
    ...{ positions: { kind: 'rotary' }, norm: 'rms', activation: 'silu', gated: true, tied: false },
    biases: { qkv: false, output: false, feedForward: false },
    hidden: 256 * Math.ceil((8 * sizes.width) / 3 / 256),
    ...sizes,
  };
}
