import { GenaiError } from '@genai/core';
import { type BootstrapOptions, bootstrap as bootstrapped } from '../bootstrap.js';
import type { Figure } from '../figure.js';

/** What a model gives texts: −log p of each, in nats, and how many tokens or bytes each has. */
export interface Likelihoods {
  readonly nats: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** A function of nats per count, both summed over texts. @throws GenaiError unless each text has nats and a count. */
export function ratio(
  where: string,
  { nats, counts }: Likelihoods,
  of: (natsEach: number) => number,
  bootstrap: BootstrapOptions | undefined,
): Figure {
  if (nats.length === 0 || nats.length !== counts.length) {
    throw new GenaiError(
      `${where}: got nats of ${nats.length} texts and counts of ${counts.length}, expected as many, at least one.`,
    );
  }
  for (let i = 0; i < nats.length; i++) {
    if (Number.isFinite(nats[i]) && counts[i]! > 0 && Number.isFinite(counts[i])) continue;
    throw new GenaiError(
      `${where}: text ${i} has ${nats[i]} nats and a count of ${counts[i]}, expected a count above 0.`,
    );
  }
  const over = (rows: ArrayLike<number>): number => {
    let [sum, count] = [0, 0];
    for (let i = 0; i < rows.length; i++) {
      sum += nats[rows[i]!]!;
      count += counts[rows[i]!]!;
    }
    return of(sum / count);
  };
  const value = over(Int32Array.from({ length: nats.length }, (_, i) => i));
  return { value, better: 'lower', ...(bootstrap && { interval: bootstrapped(nats.length, over, bootstrap) }) };
}
