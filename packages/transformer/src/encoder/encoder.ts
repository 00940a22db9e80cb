import { GenaiError, type Key, type Layer, split } from '@genai/core';
import type { EmbeddingParams } from '@genai/nn';
import { expectShape, scope } from '@genai/tensor';
import { cast, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Memory } from '../cross/memory.js';
import type { BlockParams } from '../model/block.js';
import { blockStack } from '../model/block-stack.js';
import { expectTokens } from '../model/decoder.js';
import { inputLayer } from '../model/input-layer.js';
import { type NormLayerParams, normLayer } from '../model/norm-layer.js';
import type { TransformerOptions } from '../transformer.js';
import { type FullConfig, fullConfig, type TransformerConfig } from '../transformer-config.js';
import { bidirectional } from './bidirectional.js';

/** What a decoder alone has. */
type OfDecoders = 'vocabulary' | 'window' | 'scoreCap' | 'logitCap' | 'tied' | 'beginToken' | 'endToken';

/** An encoder as plain data: a {@link TransformerConfig} without what a decoder alone has. */
export interface EncoderConfig extends Omit<TransformerConfig, OfDecoders> {
  /** How many tokens there are, for an encoder of tokens. Default: it takes vectors of its width. */
  readonly vocabulary?: number;
}

/** The parameters of an {@link encoder}. */
export type EncoderParams = {
  /** A table (vocabulary, width), of an encoder of tokens. */
  readonly embedding?: EmbeddingParams;
  /** The learnt positions: a table (context, width). */
  readonly positions?: EmbeddingParams;
  readonly blocks: readonly BlockParams[];
  /** The norm behind the last block. */
  readonly norm?: NormLayerParams;
};

/** What an {@link encoder} takes. */
export type Source = {
  /** Tokens (batch, time) of int32, or vectors (batch, time, width), as the encoder's config has it. */
  readonly source: Tensor;
  /** (batch, time): 1 where there is something, 0 where it is padding. Default: all is seen. */
  readonly mask?: Tensor;
};

/**
 * Blocks in which every position sees all others: a {@link Source} of tokens or vectors → a {@link Memory}, (batch, time, width), under
 * the same mask. What stands at masked positions means nothing.
 *
 * @example
 * const layer = encoder(gpt2({ vocabulary: 65, width: 128, layers: 4, heads: 4, context: 64 }));
 * const { memory } = layer.apply(params, { source: tokens, mask }); // (batch, 64) → (batch, 64, 128)
 * @throws GenaiError if a number of the config is out of range or they do not fit together, or positions are `alibi`, which look back
 * only; when applied, if source or mask have another shape, or more positions than the context has.
 * @source Vaswani et al. 2017, "Attention is all you need", section 3.1; Devlin et al. 2019, "BERT", section 3.
 */
export function encoder(
  config: EncoderConfig,
  { recompute = false }: TransformerOptions = {},
): Layer<Tensor, EncoderParams, Source, Memory> {
  const { vocabulary } = config;
  const full = encoderConfig(config);
  const { width, layers, context, placement, keyHeads, headWidth } = full;
  const input = inputLayer(full);
  const blocks = blockStack(full, { recompute, attend: bidirectional });
  const norm = placement === 'post' ? undefined : normLayer(full);

  /** (batch, time, width), without positions. */
  const vectorsOf = ({ embedding }: EncoderParams, source: Tensor): Tensor => {
    if (!vocabulary || !embedding) {
      expectShape('encoder: the source', source, ['batch', 'time', width]);
      return source;
    }
    expectTokens(source, ['batch', 'time'], 'encoder');
    return input.embedded(embedding, source);
  };

  return {
    init: (key) => {
      const [forTable, forPlaces, forNorm, ...forBlocks] = split(key, layers + 3) as [Key, Key, Key, ...Key[]];
      return scope(() => ({
        ...(vocabulary && { embedding: input.initTable(forTable) }),
        ...(input.initPlaces && { positions: input.initPlaces(forPlaces) }),
        blocks: blocks.map(({ init }, i) => init(forBlocks[i]!)),
        ...(norm && { norm: norm.init(forNorm) }),
      }));
    },
    apply: (params, { source, mask }, key) => {
      const [forInput, ...forBlocks] = key ? split(key, layers + 1) : [];
      return scope(() => {
        const vectors = vectorsOf(params, source);
        const [batch, time] = vectors.shape as [number, number];
        if (time > context) {
          throw new GenaiError(
            `encoder: ${time} positions are more than the context of ${context}. Pass shorter sources, or make one of a longer context.`,
          );
        }
        if (mask) expectShape('encoder: the mask', mask, [batch, time]);
        const seen = mask && cast(mask, 'float32'); // (batch, time)
        const none = zeros([batch, 0, keyHeads * headWidth]);
        const past = { cache: { keys: none, values: none }, mask: seen };
        let x = input.placed(params.positions, vectors, 0, forInput);
        for (const [i, { apply }] of blocks.entries()) x = apply(params.blocks[i]!, x, past, forBlocks[i]).output;
        return { memory: norm && params.norm ? norm.apply(params.norm, x) : x, ...(seen && { mask: seen }) };
      });
    },
  };
}

function encoderConfig({ vocabulary = 1, ...config }: EncoderConfig): FullConfig {
  if (config.positions.kind === 'alibi') {
    throw new GenaiError('encoder: positions of kind alibi look back only. Use rotary or learned ones.');
  }
  const { window, scoreCap, logitCap, tied, beginToken, endToken, ...shared } = config as TransformerConfig;
  if (window || scoreCap) {
    throw new GenaiError('encoder: the config has a window or a scoreCap, which decoders alone have. Leave them out.');
  }
  return fullConfig({ ...shared, vocabulary });
}
