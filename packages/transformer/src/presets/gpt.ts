import { expectIntegers } from '@genai/core';
import type { TransformerConfig } from '../transformer-config.js';

export interface GptOptions {
  /** Number of blocks: the dial. */
  readonly depth: number;
  readonly vocabulary: number;
  /** The most positions a sequence has. Default 256. */
  readonly context?: number;
  readonly dropout?: number;
}

/**
 * A model by one dial: a width of 64 for each block, heads of 64 numbers, and the learning rate that suits the size.
 *
 * Rotary positions, root mean square norms with query and key norms, GELU, no biases, tied embeddings.
 *
 * @example
 * const { config, learningRate } = gpt({ depth: 4, vocabulary: 65 });
 * const step = minimize(nll(transformer(config)), adamW(learningRate, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }));
 * @throws GenaiError if a size is not an integer of at least 1.
 * @source Karpathy 2025, nanochat (the dial); the learning rate falls with √(width), from 1e-3 at a width of 256.
 */
export function gpt({ depth, vocabulary, context = 256, dropout = 0 }: GptOptions): {
  readonly config: TransformerConfig;
  readonly learningRate: number;
} {
  expectIntegers('gpt', { depth, vocabulary, context });
  const width = 64 * depth;
  const config: TransformerConfig = {
    ...{ vocabulary, width, layers: depth, heads: depth, context, dropout },
    ...{ positions: { kind: 'rotary' }, norm: 'rms', queryKeyNorm: true, activation: 'gelu-tanh', tied: true },
    biases: { qkv: false, output: false, feedForward: false },
  };
  return { config, learningRate: 1e-3 * Math.sqrt(256 / width) };
}
