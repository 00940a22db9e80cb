import type { Key } from '@genai/core';
import { gather, scope, uniformNoise } from '@genai/tensor';
import { cast, expandDims, floor, greaterEqual, mul, reshape, type Tensor, tensor, tile } from '@tensorflow/tfjs-core';
import type { MaskSet } from './mask-set.js';

/** The mask sets of some rows, as the engine sees them. */
export interface MaskTables {
  /** (rows, features) int32: the feature made at each step. */
  readonly sequence: Tensor;
  /** (rows, features): the place of each feature. */
  readonly places: Tensor;
  /** For each hidden layer (rows, units): the degrees. */
  readonly degrees: readonly Tensor[];
}

/** The sets one below the other, a row for each. Made anew at each use, so that a captured step holds numbers only. */
export function maskTables(sets: readonly MaskSet[]): MaskTables {
  const table = (rows: readonly (readonly number[])[], dtype: 'int32' | 'float32'): Tensor =>
    tensor(rows.flat(), [rows.length, rows[0]!.length], dtype);
  return {
    sequence: table(
      sets.map(({ order }) => sequenceOf(order)),
      'int32',
    ),
    places: table(
      sets.map(({ order }) => order),
      'float32',
    ),
    degrees: sets[0]!.degrees.map((_, layer) =>
      table(
        sets.map(({ degrees }) => degrees[layer]!),
        'float32',
      ),
    ),
  };
}

/** `rows` of the sets, each chosen by chance, without a look at what was chosen. */
export function chosenTables(sets: readonly MaskSet[], rows: number, key: Key): MaskTables {
  return scope(() => {
    const { sequence, places, degrees } = maskTables(sets);
    const index = cast(floor(mul(uniformNoise(key, [rows]), sets.length)), 'int32'); // (rows)
    const chosen = (table: Tensor): Tensor => gather(table, index);
    return { sequence: chosen(sequence), places: chosen(places), degrees: degrees.map(chosen) };
  });
}

/**
 * 1 where a weight stands, 0 where it must not: (units of `from`, units of `to`), of degrees (1, units).
 *
 * What has degree g sees what has one of at most g.
 */
export function maskBetween(from: Tensor, to: Tensor): Tensor {
  return scope(() => cast(greaterEqual(to, reshape(from, [from.size, 1])), 'float32'));
}

/** (rows, features) to (rows, features · times): each column so many times, side by side. */
export function repeatColumns(x: Tensor, times: number): Tensor {
  if (times === 1) return x;
  const [rows, columns] = x.shape as [number, number];
  return scope(() => reshape(tile(expandDims(x, -1), [1, 1, times]), [rows, columns * times]));
}

/** The feature at each place: the inverse of an order. */
export function sequenceOf(order: readonly number[]): number[] {
  const sequence = new Array<number>(order.length);
  for (const [feature, place] of order.entries()) sequence[place] = feature;
  return sequence;
}
