import { type Distribution, sizeOf } from '@genai/core';
import { type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';

/** The values that one number of an event can have, or the interval that holds nearly all of them. */
export type Support = { readonly values: readonly number[] } | { readonly from: number; readonly to: number };

/** A distribution as numbers: every event of a grid, and for each element of the batch what it thinks of them. */
export type Table = {
  readonly events: readonly (readonly number[])[];
  /** The same, number by number: `columns[i][n]` is number i of event n. */
  readonly columns: readonly (readonly number[])[];
  /** Log-probabilities, and the probabilities (of a cell of the grid, for a density) that should sum to 1. */
  readonly batch: readonly { readonly logProb: readonly number[]; readonly weights: readonly number[] }[];
};

/** Scores every event of a grid: all of them where values are few, evenly spaced ones on an interval. */
export function tabulate(given: () => Distribution<Tensor>, support: Support): Table {
  return tidy(() => {
    const d = given();
    const width = sizeOf(d.eventShape);
    const count = width === 1 ? 2001 : 201;
    const step = 'values' in support ? 1 : (support.to - support.from) / (count - 1);
    const axis =
      'values' in support ? support.values : Array.from({ length: count }, (_, i) => support.from + step * i);
    let events: number[][] = [[]];
    for (let i = 0; i < width; i++) events = events.flatMap((event) => axis.map((value) => [...event, value]));
    const x = tensor(events.flat(), [events.length, ...d.batchShape.map(() => 1), ...d.eventShape], 'float32');
    const logProb = d.logProb(x).dataSync(); // (events, batch)
    const elements = sizeOf(d.batchShape);
    const batch = Array.from({ length: elements }, (_, b) => {
      const own = events.map((_, n) => logProb[n * elements + b]!);
      return { logProb: own, weights: own.map((logP) => Math.exp(logP) * step ** width) };
    });
    const columns = Array.from({ length: width }, (_, i) => events.map((event) => event[i]!));
    return { events, columns, batch } as never;
  });
}

export const total = (xs: readonly number[]): number => xs.reduce((sum, x) => sum + x, 0);

export const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
