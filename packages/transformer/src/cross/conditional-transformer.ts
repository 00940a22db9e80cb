import type { TokenModel } from '@genai/autoregressive';
import { expectIntegers, GenaiError, type Key } from '@genai/core';
import { expectShape, scope, uniformNoise } from '@genai/tensor';
import { cast, greaterEqual, mul, ones, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { type Decoder, decoder } from '../model/decoder.js';
import type { TransformerOptions, TransformerParams, TransformerState } from '../transformer.js';
import type { TransformerConfig } from '../transformer-config.js';
import type { Memory } from './memory.js';

/** What a {@link conditionalTransformer} needs and can vary besides its config. */
export interface ConditionalTransformerOptions extends TransformerOptions {
  /** The vectors that its blocks attend to have `width` numbers. */
  readonly memory: { readonly width: number };
  /** Share of the rows whose memory is forgotten in training, so that the model also knows p(x) without one. Default 0. */
  readonly forget?: number;
}

/** A {@link TokenModel} under a {@link Memory}, with the config it is made of. */
export interface ConditionalTransformer
  extends TokenModel<TransformerParams, TransformerState, Memory | undefined>,
    Pick<Decoder, 'afterVectors' | 'runRouted'> {
  readonly config: TransformerConfig;
}

/**
 * A `transformer` of p(x | memory), whose blocks also attend to a memory: the vectors of another text, a picture, a sound.
 *
 * Keys and values of the memory are computed once, when a sequence starts, and kept in the state. Memories of different lengths stand in
 * one batch by their mask. Without a memory, `undefined`, or where the mask of a row is all 0, attention to it gives zeros, which is what
 * the model learnt where memories were forgotten: both are needed for guidance.
 *
 * @example
 * const captions = conditionalTransformer(gpt2({ vocabulary, width: 128, layers: 4, heads: 4, context: 64 }), { memory: { width: 96 } });
 * const step = minimize(nll(captions), adamW(1e-3)); // batches { elements: (batch, time), context: { memory: (batch, length, 96) } }
 * const { tokens } = await generate(captions, params, { context: { memory }, prompt, steps: 40, key: key(1) }).result;
 * @throws GenaiError as `transformer`, and if the memory's width or `forget` is out of range; when used, if memory or mask have another
 * shape.
 * @source Vaswani et al. 2017, "Attention is all you need", section 3.1; Ho and Salimans 2022, "Classifier-free diffusion guidance",
 * section 3.2 (forgetting).
 */
export function conditionalTransformer(
  config: TransformerConfig,
  { memory: { width }, forget = 0, recompute }: ConditionalTransformerOptions,
): ConditionalTransformer {
  const where = 'conditionalTransformer';
  expectIntegers(where, { 'memory.width': width });
  if (!(forget >= 0 && forget < 1)) {
    throw new GenaiError(`${where}: forget must be at least 0 and below 1, got ${forget}.`);
  }
  const made = decoder(config, { recompute, memoryWidth: width });
  return {
    ...made,
    config,
    start: (params, batch, context, key) =>
      scope(() => {
        if (!context) return made.start(params, batch, nothing(batch, width));
        const [, length] = expectShape(`${where}: the memory`, context.memory, [batch, 'length', width]);
        if (context.mask) expectShape(`${where}: the mask`, context.mask, [batch, length!]);
        const mask = context.mask && cast(context.mask, 'float32'); // (batch, length)
        const seen = key && forget > 0 ? forgotten(mask ?? ones([batch, length!]), key, forget) : mask;
        return made.start(params, batch, { memory: context.memory, ...(seen && { mask: seen }) });
      }),
  };
}

/** A memory of which nothing is seen. */
function nothing(batch: number, width: number): Memory {
  return { memory: zeros([batch, 1, width]), mask: zeros([batch, 1]) };
}

/** The mask with all of a row 0 where its memory is forgotten. */
function forgotten(mask: Tensor, key: Key, share: number): Tensor {
  const kept = cast(greaterEqual(uniformNoise(key, [mask.shape[0]!, 1]), share), 'float32');
  return mul(mask, kept);
}
