import { GenaiError } from '@genai/core';
import { logSigmoid, scope } from '@genai/tensor';
import { add, mul, neg, relu, square, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * What a pair costs: from how much more than the reference the model prefers the chosen sequence, in nats, (batch), and the strength
 * β to the loss, (batch).
 */
export type PreferenceLoss = (preference: Tensor, beta: number) => Tensor;

/**
 * −log σ(β h), or with `smoothing` ε, the share of pairs that may be the wrong way round, −(1 − ε) log σ(β h) − ε log σ(−β h).
 *
 * @example
 * dpo(model, reference, { loss: logisticPreference({ smoothing: 0.1 }) });
 * @throws GenaiError unless 0 ≤ `smoothing` < 0.5.
 * @source Rafailov et al. 2023, "Direct preference optimization", eq. 7; Mitchell 2023, "A note on DPO with noisy preferences", eq. 3.
 */
export function logisticPreference({ smoothing = 0 }: { readonly smoothing?: number } = {}): PreferenceLoss {
  if (!(smoothing >= 0 && smoothing < 0.5)) {
    throw new GenaiError(`logisticPreference: smoothing must be at least 0 and below 0.5, got ${smoothing}.`);
  }
  return (preference, beta) =>
    scope(() => {
      const right = logSigmoid(mul(preference, beta));
      if (smoothing === 0) return neg(right);
      const wrong = logSigmoid(mul(preference, -beta));
      return neg(add(mul(right, 1 - smoothing), mul(wrong, smoothing)));
    });
}

/**
 * (h − 1 / 2β)²: the preference is drawn to a value and not beyond, however sure the pairs are (IPO).
 *
 * @example
 * dpo(model, reference, { loss: squaredPreference, lengthNormalised: true });
 * @source Azar et al. 2023, "A general theoretical paradigm to understand learning from human preferences", eq. 17.
 */
export const squaredPreference: PreferenceLoss = (preference, beta) =>
  scope(() => square(sub(preference, 1 / (2 * beta))));

/**
 * max(0, 1 − β h): pairs that are told apart well enough cost nothing.
 *
 * @example
 * dpo(model, reference, { loss: hingePreference });
 * @source Zhao et al. 2023, "SLiC-HF: sequence likelihood calibration with human feedback", eq. 1; Liu et al. 2023, "Statistical
 * rejection sampling improves preference optimization", eq. 10 (of the preference over a reference).
 */
export const hingePreference: PreferenceLoss = (preference, beta) => scope(() => relu(sub(1, mul(preference, beta))));
