import type { SequenceBatch } from '@genai/autoregressive';
import { GenaiError, isLeaf, type Key, type Objective } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import {
  add,
  concat,
  div,
  expandDims,
  mean,
  mul,
  neg,
  reshape,
  slice,
  softmax,
  sum,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { chosenExperts } from '../model/expert-layer.js';
import { type PackedBatch, packedLogProbs } from '../packed/packed-log-probs.js';
import type { Transformer, TransformerParams } from '../transformer.js';
import { loadBalance } from './load-balance.js';

/** What {@link balancedNll} can vary. */
export interface BalancedNllOptions {
  /** What an uneven use of experts costs, in nats for each unit of {@link loadBalance}: α. Default 0.01. */
  readonly weight?: number;
}

/**
 * `nll` of a transformer of experts, and `weight` times the {@link loadBalance} of its blocks on average, so that no expert lies idle.
 *
 * Beside the `loss` it tells its parts: `nll` in nats for each token that counts, and `balance`, 1 where experts are used evenly. Where
 * the batch has a mask, what the routers make of all other tokens does not count. In rows of `packed`, which tell their `segments`,
 * documents do not see each other, as in `packedNll`.
 *
 * @example
 * const model = transformer(llama({ ...sizes, experts: { count: 8, active: 2 } }));
 * const step = minimize(balancedNll(model, { weight: 0.01 }), adamW(1e-3));
 * @throws GenaiError if the model has no experts or the weight is out of range; when used, if the elements or the mask have another
 * shape.
 * @source Fedus et al. 2022, "Switch transformers", section 2.2.
 */
export function balancedNll(
  model: Transformer,
  { weight = 0.01 }: BalancedNllOptions = {},
): Objective<Tensor, TransformerParams, Tensor | SequenceBatch | PackedBatch, 'nll' | 'balance'> {
  const { experts } = model.config;
  if (!experts) throw new GenaiError('balancedNll: the model has no experts to balance. Use nll.');
  if (!(weight >= 0 && Number.isFinite(weight))) {
    throw new GenaiError(`balancedNll: weight must be a number of at least 0, got ${weight}.`);
  }
  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const { logProbs, counted, routers } = routed(model, params, batch, key); // (batch, predicted)
        const nll = neg(counted ? div(sum(mul(logProbs, counted)), sum(counted)) : mean(logProbs));
        const each = routers.map((router) => {
          const logits = reshape(router, [-1, experts.count]); // (batch · predicted, count)
          const chosen = chosenExperts(logits, experts.active);
          return loadBalance(softmax(logits), chosen, counted && reshape(counted, [-1]));
        });
        const balance = div(
          each.reduce((all, one) => add(all, one)),
          each.length,
        );
        return { loss: add(nll, mul(weight, balance)), nll, balance };
      }),
  };
}

type Routed = { readonly logProbs: Tensor; readonly counted: Tensor | undefined; readonly routers: readonly Tensor[] };

/** The log-probability of each token that is predicted, which count, and what the routers said. */
function routed(
  model: Transformer,
  params: TransformerParams,
  batch: Tensor | SequenceBatch | PackedBatch,
  key: Key,
): Routed {
  if (!isLeaf(batch) && 'segments' in batch) return packedLogProbs(model, params, batch, key);
  const { elements, mask } = isLeaf(batch) ? { elements: batch, mask: undefined } : batch;
  const [rows, time] = expectShape('balancedNll: the elements', elements, ['batch', 'time']) as [number, number];
  if (mask) expectShape('balancedNll: the mask', mask, [rows, time]);
  const skipped = model.begin ? 0 : 1;
  const before = slice(elements, [0, 0], [rows, time - 1]);
  const inputs = model.begin ? concat([expandDims(model.begin(rows), 1), before], 1) : before;
  const { next, routers } = model.runRouted(params, inputs, model.start(params, rows), key);
  const logProbs = next.logProb(slice(elements, [0, skipped])); // (batch, predicted)
  return { logProbs, counted: mask && slice(mask, [0, skipped]), routers };
}
