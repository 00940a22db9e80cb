import { expectIntegers, fold, type Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, div, neg, sub, type Tensor } from '@tensorflow/tfjs-core';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import type { Vae } from './vae.js';

/** What is scored: a number for each example, (batch), in nats, the higher the odder. */
export type AnomalyKind = <P>(
  model: Vae<P>,
  params: P,
  x: Tensor,
  options: { readonly key: Key; readonly samples: number },
) => Tensor;

export interface AnomalyScoreOptions<R> {
  readonly key: Key;
  /** Draws of z for each x; 32 unless given. */
  readonly samples?: number;
  /**
   * {@link importanceWeightedNll} unless given: how improbable x is. {@link reconstructionNll}: how badly the model explains it once it has
   * looked at it.
   */
  readonly kind?: AnomalyKind;
  /**
   * A model of what x shares with other data, trained on spoilt examples say; its score is taken off. What is left is meant to be how odd
   * x is in what makes the data what they are.
   */
  readonly reference?: { readonly model: Vae<R>; readonly params: R };
}

/**
 * How odd each example is to a model that was trained on usual ones, (batch), in nats; higher is odder. Shape of `x`: (batch, …event).
 *
 * A density may be high on examples unlike any it was trained on, if they are simple: empty pictures for one. How badly they are
 * reconstructed may tell them, or a `reference`; none is best for all, so measure (`auroc` of @genai/eval).
 *
 * @example
 * using scores = owned(anomalyScore(digits, params, images, { key: key(0) })); // (batch)
 * using ratios = owned(anomalyScore(digits, params, images, { key: key(0), reference: { model: digits, params: background } }));
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source An and Cho 2015, "Variational autoencoder based anomaly detection using reconstruction probability", algorithm 4; Ren et al.
 * 2019, "Likelihood ratios for out-of-distribution detection", eq. 3; Burda et al. 2016, eq. 8 for −log p(x).
 */
export function anomalyScore<P, R = P>(
  model: Vae<P>,
  params: P,
  x: Tensor,
  { key, samples = 32, kind = importanceWeightedNll, reference }: AnomalyScoreOptions<R>,
): Tensor {
  expectIntegers('anomalyScore', { samples });
  return scope(() => {
    const score = kind(model, params, x, { key, samples });
    // One key for both: where the models agree, so do their draws.
    return reference ? sub(score, kind(reference.model, reference.params, x, { key, samples })) : score;
  });
}

/**
 * −E log p(x | z) over q(z | x), estimated by `samples` draws of z for each x: (batch), in nats. Draw s is from `fold(key, s)`.
 *
 * @example
 * using scores = owned(reconstructionNll(digits, params, images, { key: key(0), samples: 32 })); // (batch)
 * @throws GenaiError unless `samples` is an integer of at least 1.
 * @source An and Cho 2015, "Variational autoencoder based anomaly detection using reconstruction probability", algorithm 4.
 */
export function reconstructionNll<P>(
  model: Vae<P>,
  params: P,
  x: Tensor,
  { key, samples }: { readonly key: Key; readonly samples: number },
): Tensor {
  expectIntegers('reconstructionNll', { samples });
  return scope(() => {
    const q = model.encode(params, x);
    let total: Tensor | undefined;
    for (let s = 0; s < samples; s++) {
      const before = total;
      // One draw at a time keeps the memory that of one batch.
      total = scope(() => {
        const drawn = model.decode(params, q.sample(fold(key, s))).logProb(x); // (batch)
        return before ? add(before, drawn) : drawn;
      });
    }
    return neg(div(total!, samples));
  });
}
