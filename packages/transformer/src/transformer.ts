import type { TokenModel } from '@genai/autoregressive';
import { type Decoder, decoder, type TransformerParams } from './model/decoder.js';
import type { TransformerState } from './model/decoder-state.js';
import type { TransformerConfig } from './transformer-config.js';

export type { TransformerParams, TransformerState };

/** A {@link TokenModel} with the config it is made of. */
export interface Transformer
  extends TokenModel<TransformerParams, TransformerState>,
    Pick<Decoder, 'afterVectors' | 'runRouted' | 'runPacked'> {
  readonly config: TransformerConfig;
}

/** How a {@link transformer} computes, whatever it is. */
export interface TransformerOptions {
  /**
   * In training a gradient keeps only what goes into each block, and computes what lies between once more: memory for one block and the
   * inputs of all, instead of for all blocks, for about a third more time. Default `false`.
   */
  readonly recompute?: boolean;
}

/**
 * A decoder-only transformer: for each token the distribution of the one that follows.
 *
 * @example
 * const model = transformer(gpt2({ vocabulary: 65, width: 128, layers: 4, heads: 4, context: 64 }));
 * const step = minimize(nll(model), chain(clipByGlobalNorm(1), adamW(1e-3, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 })));
 * for await (const token of generate(model, params, { prompt, steps: 40, key: key(1) })) write(decode([token]));
 * @throws GenaiError if a number of the config is out of range or they do not fit together; when used, if tokens are not (batch, time),
 * or (batch) in a step, of int32, or more positions are used than the context has.
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3; Touvron et al. 2023, "LLaMA",
 * section 2.2.
 */
export function transformer(config: TransformerConfig, { recompute }: TransformerOptions = {}): Transformer {
  const made = decoder(config, { recompute });
  return { ...made, config, start: (params, batch) => made.start(params, batch, undefined) };
}
