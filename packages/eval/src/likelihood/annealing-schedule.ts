/** How far the likelihood is turned on, 0 to 1, from how far a run has come, 0 to 1; it begins at 0, ends at 1 and never falls. */
export type AnnealingSchedule = (progress: number) => number;

/**
 * A schedule that is slow at both ends, where the distributions between prior and posterior change fastest. `(progress) => progress` is the
 * linear one.
 *
 * `sharpness` is how far the sigmoid is followed to either side; 4 as published, near 0 it is linear.
 *
 * @example
 * annealedImportanceSampling(model, x, { key: key(0), schedule: sigmoidSchedule({ sharpness: 2 }) });
 * @source Grosse et al. 2015, "Sandwiching the marginal likelihood using bidirectional Monte Carlo"; Wu et al. 2017, "On the quantitative
 * analysis of decoder-based generative models".
 */
export function sigmoidSchedule({ sharpness = 4 }: { readonly sharpness?: number } = {}): AnnealingSchedule {
  const sigmoid = (progress: number): number => 1 / (1 + Math.exp(-sharpness * (2 * progress - 1)));
  const [first, last] = [sigmoid(0), sigmoid(1)];
  return (progress) => (sigmoid(progress) - first) / (last - first);
}
