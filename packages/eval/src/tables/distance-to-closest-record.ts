import { breathing } from '../breathing.js';
import { quantile } from '../percentiles.js';
import { type ColumnPair, columnPairs, known, type Table } from './table.js';

/** How near rows come to the training table. */
export interface ClosestRecord {
  /** For each row Gower's distance to the nearest training row, 0 (the same) to 1. */
  readonly distances: Float64Array;
  /** The training row. */
  readonly closest: Int32Array;
  /** The 5 % that lie nearest lie within this. */
  readonly fifthPercentile: number;
  readonly median: number;
}

/** What {@link distanceToClosestRecord} found. */
export interface DistanceToClosestRecord {
  readonly synthetic: ClosestRecord;
  /** The baseline: real rows that the generator has not seen. */
  readonly heldOut: ClosestRecord;
}

/**
 * How near synthetic rows come to training rows, beside how near held-out real rows come. Synthetic rows that are nearer than held-out ones
 * give training rows away.
 *
 * Gower's distance is the mean over columns of |x − y| / range of numbers (the training table's range, at most 1) and of 0 or 1 of categories; what is
 * missing equals itself and differs from all else. Pass as many held-out rows as there are synthetic ones, or nearly, of the same source.
 *
 * @example
 * const { synthetic, heldOut } = await distanceToClosestRecord({ training, synthetic: made, heldOut: test });
 * if (synthetic.fifthPercentile < heldOut.fifthPercentile) console.warn(`row ${synthetic.closest[0]} …`);
 * @throws GenaiError unless the tables have rows and the same columns; the signal's reason if it aborts.
 * @source Gower 1971, "A general coefficient of similarity and some of its properties"; Park et al. 2018, "Data synthesis based on generative adversarial
 * networks" (DCR).
 */
export async function distanceToClosestRecord(
  tables: { readonly training: Table; readonly synthetic: Table; readonly heldOut: Table },
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<DistanceToClosestRecord> {
  const { training, synthetic, heldOut } = tables;
  return {
    synthetic: await closestOf(columnPairs('distanceToClosestRecord', training, synthetic), signal),
    heldOut: await closestOf(columnPairs('distanceToClosestRecord', training, heldOut), signal),
  };
}

async function closestOf(pairs: readonly ColumnPair[], signal: AbortSignal | undefined): Promise<ClosestRecord> {
  const breath = breathing(signal);
  const columns = pairs.map(asNumbers);
  const [rows, training] = [pairs[0]!.b.length, pairs[0]!.a.length];
  const distances = new Float64Array(rows);
  const closest = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let other = 0; other < training; other++) {
      let distance = 0;
      for (let c = 0; c < columns.length && distance < least; c++) {
        const { a, b } = columns[c]!;
        const gap = Math.abs(a[other]! - b[row]!);
        distance += Math.min(gap, 1);
      }
      if (distance < least) [least, closest[row]] = [distance, other];
    }
    distances[row] = least / columns.length;
    if (breath.due()) await breath.take();
  }
  const sorted = Float64Array.from(distances).sort();
  return { distances, closest, fifthPercentile: quantile(sorted, 0.05), median: quantile(sorted, 0.5) };
}

/** Numbers whose distance, at most 1, is that of the column: categories as 0, 1, 2 …, what is missing far from all else. */
function asNumbers(pair: ColumnPair): { readonly a: Float64Array; readonly b: Float64Array } {
  if (pair.kind === 'number') {
    const values = known(pair.a);
    const least = values.reduce((x, y) => Math.min(x, y), Number.POSITIVE_INFINITY);
    const range = values.reduce((x, y) => Math.max(x, y), Number.NEGATIVE_INFINITY) - least;
    const scaled = (value: number | null): number => {
      if (value === null) return FAR;
      if (range > 0) return (value - least) / range;
      return value === least ? 0 : 1; // a column that does not vary is as one of categories
    };
    return { a: Float64Array.from(pair.a, scaled), b: Float64Array.from(pair.b, scaled) };
  }
  const codes = new Map<string | null, number>();
  const coded = (value: string | null): number => {
    if (!codes.has(value)) codes.set(value, codes.size);
    return codes.get(value)!;
  };
  return { a: Float64Array.from(pair.a, coded), b: Float64Array.from(pair.b, coded) };
}

/** Beyond any scaled number that a double tells from it. */
const FAR = Number.MAX_VALUE;
