import { GenaiError } from '@genai/core';
import {
  gemma2,
  gpt,
  gpt2,
  llama,
  type PresetSizes,
  qwen3,
  type Transformer,
  type TransformerConfig,
  transformer,
} from '@genai/transformer';
import { UsageError } from '../../usage-error.js';
import { expectSize } from '../expect-size.js';
import type { DecoderParts, DialParts } from './text-config.js';

/**
 * The transformer that a configuration describes, for so many tokens.
 *
 * @throws UsageError if it is larger than any that could be trained, or its parts do not fit together.
 */
export function buildDecoder(parts: DialParts | DecoderParts, vocabulary: number): Transformer {
  try {
    const config = decoderConfig(parts, vocabulary);
    expectSize([], { layers: config.layers, parameters: parametersOf(config), most: MOST_PARAMETERS });
    return transformer(config);
  } catch (error) {
    if (!GenaiError.is(error) || error instanceof UsageError) throw error;
    throw new UsageError(`parts: ${error.message}`, { cause: error });
  }
}

/** The whole configuration that the parts are short for. */
export function decoderConfig(parts: DialParts | DecoderParts, vocabulary: number): TransformerConfig {
  if (parts.net === 'gpt') {
    const { depth, context, dropout } = parts;
    return gpt({ depth, context, dropout, vocabulary }).config;
  }
  const sizes = { vocabulary, ...parts.decoder };
  return parts.net === 'transformer' ? (sizes as TransformerConfig) : FILLED[parts.net](sizes as PresetSizes);
}

/** How a few sizes become a whole configuration. */
const FILLED: {
  readonly [net in Exclude<DecoderParts['net'], 'transformer'>]: (sizes: PresetSizes) => TransformerConfig;
} = {
  ...{ gpt2, llama, qwen: qwen3, gemma: gemma2 },
};

/** 4 GiB: those that are imported need not be trained. */
const MOST_PARAMETERS = 2 ** 30;

/** About, and before anything is made. */
function parametersOf(config: TransformerConfig): number {
  const { vocabulary, width, layers, heads, context, keyHeads = heads, headWidth = width / heads, experts } = config;
  const { hidden = 4 * width, gated = false, tied = true, positions } = config;
  const attention = width * headWidth * (2 * heads + 2 * keyHeads);
  const forward = width * hidden * (gated ? 3 : 2) * (experts?.count ?? 1);
  const rows = (tied ? 1 : 2) * vocabulary + (positions.kind === 'learned' ? context : 0);
  return layers * (attention + forward) + rows * width;
}
