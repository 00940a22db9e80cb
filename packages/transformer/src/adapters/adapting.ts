import type { Objective } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TransformerParams } from '../transformer.js';
import { adapted } from './adapted.js';
import type { Lora, LoraParams } from './lora.js';

/**
 * An objective of a transformer as one of its adapters alone: what is trained and kept by an optimizer are they, while `base` stays as it
 * is and must live as long as the training. The base may be quantised (QLoRA): see `quantised`.
 *
 * @example
 * const tuning = lora(model, { rank: 8, alpha: 16 });
 * const data = batches(dialogueWindows(dialogues, format, { length: 256 }), { size: 8, key: key(1) }); // { elements, mask }
 * await using run = train(minimize(adapting(nll(model), tuning, base), adamW(2e-4)), { data, steps: 500, key: key(0) });
 * @throws GenaiError as the objective does.
 * @source Hu et al. 2021, "LoRA: low-rank adaptation of large language models", eq. 2.
 */
export function adapting<B, M extends string = never>(
  objective: Objective<Tensor, TransformerParams, B, M>,
  { model, scale, dropout, init }: Lora,
  base: TransformerParams,
): Objective<Tensor, LoraParams, B, M> {
  return {
    init,
    loss: (params, batch, key, step) =>
      scope(() => objective.loss(adapted(model, base, { params, scale, dropout }), batch, key, step)),
  };
}
