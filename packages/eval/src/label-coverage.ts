import { expectIntegers, GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What {@link labelCoverage} found. */
export interface LabelCoverage {
  /** Classes that at least one sample has. */
  readonly modes: number;
  /** KL(samples ‖ reference) between the two histograms over the classes, in nats. 0 if they are equal. */
  readonly kl: number;
}

export interface LabelCoverageOptions {
  /** How often each class should come, as counts or shares. Default: all alike. */
  readonly reference?: ArrayLike<number>;
}

/**
 * How many classes samples have, and how evenly, from the labels that a classifier gave them: the 1,000 modes of stacked
 * MNIST, say.
 *
 * labels: integers from 0 to `classes` − 1, (count). A class that the reference lacks makes the divergence infinite.
 *
 * @example
 * const { modes, kl } = await labelCoverage(argMax(classifier.apply(params, images), 1), 1_000);
 * @throws GenaiError if there are no labels, or one is no class, or `reference` does not have a share for each class.
 * @source Srivastava et al. 2017, "VEEGAN: reducing mode collapse in GANs using implicit variational learning", section 4.2;
 * Metz et al. 2017, "Unrolled generative adversarial networks", section 3.3.1.
 */
export async function labelCoverage(
  labels: Tensor | ArrayLike<number>,
  classes: number,
  { reference }: LabelCoverageOptions = {},
): Promise<LabelCoverage> {
  expectIntegers('labelCoverage', { classes });
  const values: ArrayLike<number> =
    'dataId' in labels ? await (labels as Tensor).data() : (labels as ArrayLike<number>);
  const counts = new Float64Array(classes);
  for (let i = 0; i < values.length; i++) {
    const label = values[i]!;
    if (!Number.isInteger(label) || label < 0 || label >= classes) {
      throw new GenaiError(`labelCoverage: label ${i} is ${label}, expected an integer from 0 to ${classes - 1}.`);
    }
    counts[label]!++;
  }
  if (values.length === 0) throw new GenaiError('labelCoverage: got no labels, expected at least one.');
  if (reference && reference.length !== classes) {
    throw new GenaiError(
      `labelCoverage: reference has ${reference.length} entries, expected one for each of ${classes}.`,
    );
  }
  return { modes: counts.filter((count) => count > 0).length, kl: histogramKl(counts, reference) };
}

/** KL(p ‖ q) in nats between two histograms, counts or shares; q is uniform unless given. */
export function histogramKl(p: ArrayLike<number>, q?: ArrayLike<number>): number {
  const total = Array.from(p).reduce((a, b) => a + b, 0);
  const reference = q ? Array.from(q).reduce((a, b) => a + b, 0) : p.length;
  let kl = 0;
  for (let i = 0; i < p.length; i++) {
    const share = p[i]! / total;
    if (share > 0) kl += share * Math.log((share * reference) / (q ? q[i]! : 1));
  }
  return Math.max(0, kl);
}
