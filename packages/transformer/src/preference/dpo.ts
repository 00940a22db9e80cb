import type { SequenceBatch, SequenceModel } from '@genai/autoregressive';
import { type Distribution, GenaiError, type Objective, split, type Tree } from '@genai/core';
import { expectShape, scope, stopGradient } from '@genai/tensor';
import { cast, greater, mean, mul, sub, type Tensor } from '@tensorflow/tfjs-core';
import { logisticPreference, type PreferenceLoss } from './preference-loss.js';
import { sequenceLogProbs } from './sequence-log-probs.js';

/** Pairs of sequences, row by row one that was preferred and one that was not. */
export type PreferenceBatch<C = void> = {
  /** Their masks are 1 on the replies, 0 on the prompts. */
  readonly chosen: SequenceBatch<C>;
  readonly rejected: SequenceBatch<C>;
  /** What `sequenceLogProbs` gives for both by the reference, (batch), where it was computed before. */
  readonly reference?: { readonly chosen: Tensor; readonly rejected: Tensor };
};

export interface DpoOptions {
  /** How strongly the model is held to the reference. Default 0.1. */
  readonly beta?: number;
  /** Log-probabilities of an element on average, so that long replies weigh no more than short ones. Default `false`. */
  readonly lengthNormalised?: boolean;
  /** Default {@link logisticPreference}; others are `squaredPreference` (IPO) and `hingePreference`. */
  readonly loss?: PreferenceLoss;
}

/**
 * Direct preference optimisation: to prefer what was chosen to what was rejected, by more than a reference does.
 *
 * `reference` are parameters that stay, such as those the training starts with; without them each batch brings what they gave. Watched
 * beside the loss: `accuracy`, the share of pairs where the preference grew the right way, and `margin`, β times by how much, in nats.
 *
 * @example
 * const tuning = lora(model, { rank: 8, alpha: 16 });
 * const step = minimize(adapting(dpo(model, base, { beta: 0.1 }), tuning, base), adamW(5e-5));
 * for await (const { metrics } of train(step, { data: pairs, steps: 200, key: key(0) })) log(metrics.accuracy);
 * @throws GenaiError unless `beta` is above 0; when used, if shapes do not fit or there is no reference.
 * @source Rafailov et al. 2023, "Direct preference optimization: your language model is secretly a reward model", eq. 7.
 */
export function dpo<P, S extends Tree<Tensor>, C = void>(
  model: SequenceModel<P, S, Distribution<Tensor>, C>,
  reference: P | undefined,
  { beta = 0.1, lengthNormalised = false, loss = logisticPreference() }: DpoOptions = {},
): Objective<Tensor, P, PreferenceBatch<C>, 'accuracy' | 'margin'> {
  if (!(beta > 0)) throw new GenaiError(`dpo: beta must be above 0, got ${beta}.`);

  /** log π_ref(chosen) and log π_ref(rejected), (batch) each. */
  const given = ({ chosen, rejected, reference: known }: PreferenceBatch<C>): readonly [Tensor, Tensor] => {
    if (known) return [known.chosen, known.rejected];
    if (reference === undefined) {
      throw new GenaiError('dpo: there is no reference. Pass its parameters, or `reference` with each batch.');
    }
    const of = (batch: SequenceBatch<C>): Tensor =>
      // Training may begin with the reference's own tensors, which must not count as what is trained here.
      stopGradient(sequenceLogProbs(model, reference, batch, { lengthNormalised }));
    return [of(chosen), of(rejected)];
  };

  return {
    init: model.init,
    loss: (params, batch, key) =>
      scope(() => {
        const [forChosen, forRejected] = split(key);
        const better = sequenceLogProbs(model, params, batch.chosen, { lengthNormalised, key: forChosen });
        const worse = sequenceLogProbs(model, params, batch.rejected, { lengthNormalised, key: forRejected });
        expectShape('dpo: the rejected', worse, better.shape);
        const [before, beside] = given(batch);
        expectShape('dpo: the reference of the chosen', before, better.shape);
        expectShape('dpo: the reference of the rejected', beside, worse.shape);
        const preference = sub(sub(better, before), sub(worse, beside)); // (batch)
        return {
          loss: mean(loss(preference, beta)),
          accuracy: mean(cast(greater(preference, 0), 'float32')),
          margin: mean(mul(preference, beta)),
        };
      }),
  };
}
