import { GenaiError } from '@genai/core';
import { auroc } from '../auroc.js';
import type { Figures } from '../figure.js';

/**
 * How well a model's losses tell training data from held-out data: what an attacker learns who asks whether an example was trained on.
 *
 * `auroc`: how likely a held-out example has the greater loss, with DeLong's interval of 95 %; ½ is chance. `advantage`: true minus false
 * alarms of the attack that calls whatever has at most the mean training loss a member; 0 is chance. Both sides must be of one distribution, or the
 * figures tell of their difference.
 *
 * @example
 * const { auroc, advantage } = membershipScore({ training: await trainNll.data(), heldOut: await testNll.data() });
 * @throws GenaiError if a side has fewer than two losses or holds what is no number.
 * @source Yeom et al. 2018, "Privacy risk in machine learning: analyzing the connection to overfitting", definition 4 and section 3; DeLong et
 * al. 1988, "Comparing the areas under two or more correlated receiver operating characteristic curves".
 */
export function membershipScore({
  training,
  heldOut,
}: {
  /** The loss of each training example, in any unit. */
  readonly training: ArrayLike<number>;
  /** The loss of each example that the model has not seen. */
  readonly heldOut: ArrayLike<number>;
}): Figures<'auroc' | 'advantage'> {
  for (const [side, losses] of Object.entries({ training, heldOut })) {
    if (losses.length >= 2) continue;
    throw new GenaiError(`membershipScore: got ${losses.length} losses of ${side}, expected at least two.`);
  }
  const area = auroc({ odd: heldOut, usual: training });
  const margin = 1.959964 * Math.sqrt(delongVariance(heldOut, training));
  const mean = Array.from(training).reduce((a, b) => a + b, 0) / training.length;
  const alarms = (losses: ArrayLike<number>): number =>
    Array.from(losses).filter((loss) => loss <= mean).length / losses.length;
  return {
    auroc: {
      value: area,
      better: 'lower',
      interval: { low: Math.max(0, area - margin), high: Math.min(1, area + margin), level: 0.95 },
    },
    advantage: { value: alarms(training) - alarms(heldOut), better: 'lower' },
  };
}

/** Of the area: the variances of the placements of either side's numbers among the other's, each over its count. */
function delongVariance(high: ArrayLike<number>, low: ArrayLike<number>): number {
  return varianceOf(placements(high, low)) / high.length + varianceOf(placements(low, high)) / low.length;
}

/** For each number the share of `others` below it, equals counting half. */
function placements(numbers: ArrayLike<number>, others: ArrayLike<number>): Float64Array {
  const sorted = Float64Array.from(others).sort();
  let [below, upTo] = [0, 0];
  return Float64Array.from(numbers)
    .sort()
    .map((value) => {
      while (below < sorted.length && sorted[below]! < value) below++;
      while (upTo < sorted.length && sorted[upTo]! <= value) upTo++;
      return (below + upTo) / 2 / sorted.length;
    });
}

function varianceOf(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((total, value) => total + (value - mean) ** 2, 0) / (values.length - 1);
}
