import { fold, GenaiError, type Key, randomIntegers } from '@genai/core';
import { breathing } from '../breathing.js';
import type { Figures } from '../figure.js';
import type { References, TextMetric } from './text-metric.js';

/** Metrics by the names that their scores shall have. */
export type TextMetrics = { readonly [name: string]: TextMetric };

/** What several metrics keep of the sentences of one system. */
export class MeasuredTexts {
  readonly #metrics: readonly (readonly [string, TextMetric])[];
  readonly #keep: boolean;
  readonly #totals: (Float64Array | undefined)[];
  readonly #rows: Float64Array[][];

  /** `keep`: each sentence's statistics too, so that {@link resampled} may draw among them. */
  constructor(metrics: TextMetrics, keep: boolean) {
    this.#metrics = Object.entries(metrics);
    this.#keep = keep;
    this.#totals = this.#metrics.map(() => undefined);
    this.#rows = this.#metrics.map(() => []);
  }

  add(hypothesis: string, references: readonly string[]): void {
    for (const [i, [, metric]] of this.#metrics.entries()) {
      const row = metric.measure(hypothesis, references);
      this.#totals[i] = added(this.#totals[i], row);
      if (this.#keep) this.#rows[i]!.push(row);
    }
  }

  /** Of all sentences, at least one. */
  figures(): [name: string, figures: Figures][] {
    return this.#metrics.map(([name, metric], i) => [name, metric.score(this.#totals[i]!)]);
  }

  /** Of sentences that were drawn. */
  resampled(drawn: Int32Array): [name: string, figures: Figures][] {
    return this.#metrics.map(([name, metric], i) => {
      const rows = this.#rows[i]!;
      const sum = new Float64Array(rows[0]!.length);
      for (const place of drawn) added(sum, rows[place]!);
      return [name, metric.score(sum)];
    });
  }
}

/** The references that are there. @throws GenaiError if there is none. */
export function presentReferences(where: string, references: References, line: number): readonly string[] {
  const present = typeof references === 'string' ? [references] : references.filter((one) => typeof one === 'string');
  if (present.length > 0) return present;
  throw new GenaiError(`${where}: line ${line} has no reference, expected at least one. Pass '' for an empty one.`);
}

/**
 * Draws as many sentences as there are with replacement, `rounds` times. Round i draws from `fold(key, i)`, as `bootstrap` does:
 * who shows a draw to several systems pairs them.
 */
export async function resample(
  { key, rounds, count, signal }: { key: Key; rounds: number; count: number; signal: AbortSignal | undefined },
  visit: (drawn: Int32Array, round: number) => void,
): Promise<void> {
  const breath = breathing(signal);
  for (let round = 0; round < rounds; round++) {
    visit(randomIntegers(fold(key, round), count, { min: 0, max: count }), round);
    if (breath.due()) await breath.take();
  }
}

/** The values of figures over rounds of resampling. */
export class Rounds {
  readonly #values = new Map<string, Float64Array>();
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  note(round: number, metrics: readonly (readonly [string, Figures])[]): void {
    for (const [metric, figures] of metrics) {
      for (const [figure, { value }] of Object.entries(figures)) {
        const name = `${metric}\n${figure}`;
        const values = this.#values.get(name) ?? new Float64Array(this.#count);
        values[round] = value;
        this.#values.set(name, values);
      }
    }
  }

  of(metric: string, figure: string): Float64Array {
    return this.#values.get(`${metric}\n${figure}`)!;
  }
}

/** Adds in place; begins with a copy. */
function added(sum: Float64Array | undefined, row: Float64Array): Float64Array {
  if (!sum) return row.slice();
  for (let i = 0; i < row.length; i++) sum[i]! += row[i]!;
  return sum;
}
