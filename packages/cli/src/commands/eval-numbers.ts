import type { MeasuredModel } from '../model/measure-model.js';

/** What was measured of one model, as fields of the `--json` line. */
export function numbersOf({
  scores,
  features,
  signatures,
  drawn,
}: Pick<MeasuredModel, 'scores' | 'features' | 'signatures' | 'drawn'>) {
  const entries = Object.entries(scores);
  const intervals = entries.flatMap(([name, { interval }]) => (interval ? [[name, interval]] : []));
  return {
    metrics: Object.fromEntries(entries.map(([name, { mean }]) => [name, mean])),
    standardErrors: Object.fromEntries(
      entries.flatMap(([name, { standardError }]) => (standardError === undefined ? [] : [[name, standardError]])),
    ),
    ...(intervals.length > 0 && { intervals: Object.fromEntries(intervals) }),
    ...(features !== undefined && { features }),
    ...(signatures !== undefined && { signatures }),
    ...(drawn !== undefined && { drawn }),
  };
}
