import { expectIntegers, fold, GenaiError, type Key, randomBits } from '@genai/core';
import { type Points, type Rows, rowsOf } from '../points.js';
import type { Accumulator, Statistics } from '../statistics.js';
import { countArray } from './statistics-arrays.js';

/**
 * Gathers at most `keep` rows, each of all rows with equal chance: `rows` (kept, width) and `count`, that of all.
 *
 * As long as there are no more, they are all there in their order. Row i draws from `fold(key, ⌊i / 1024⌋)`: how rows came in batches
 * changes nothing.
 *
 * @source Vitter 1985, "Random sampling with a reservoir", algorithm R.
 */
export function reservoir(where: string, keep: number): (key: Key) => Accumulator<Points, Statistics> {
  expectIntegers(where, { keep });
  return (key) => {
    let kept: Rows['values'] = new Float32Array(0);
    let width = 0;
    let count = 0;
    let chances: Float64Array = new Float64Array(0);

    function add(rows: Rows): void {
      if (count > 0 && rows.width !== width) {
        throw new GenaiError(`${where}: got rows of ${rows.width} numbers, those before had ${width}.`);
      }
      width = rows.width;
      const room = Math.min(keep, count + rows.count) * width;
      const isDouble = kept instanceof Float64Array || rows.values instanceof Float64Array;
      if (room > kept.length || isDouble !== kept instanceof Float64Array) {
        // Twice the room, so that not every batch copies all.
        const larger = Math.max(room, Math.min(keep * width, 2 * kept.length));
        const grown = new (isDouble ? Float64Array : Float32Array)(larger);
        grown.set(kept);
        kept = grown;
      }
      for (let i = 0; i < rows.count; i++, count++) {
        const place = count < keep ? count : Math.floor(chance(count) * (count + 1));
        if (place < keep) kept.set(rows.values.subarray(i * width, (i + 1) * width), place * width);
      }
    }

    function chance(row: number): number {
      if (row % CHANCES === 0 || chances.length === 0) chances = chancesOf(fold(key, Math.floor(row / CHANCES)));
      return chances[row % CHANCES]!;
    }

    return {
      add: async (batch) => add(await rowsOf(where, batch)),
      result: () => {
        const rows = Math.min(count, keep);
        return { rows: { shape: [rows, width], values: kept.slice(0, rows * width) }, count: countArray(count) };
      },
    };
  };
}

const CHANCES = 1024;

/** Of U[0, 1), 53 bits each. */
function chancesOf(key: Key): Float64Array {
  const bits = randomBits(key, 2 * CHANCES);
  return Float64Array.from(
    { length: CHANCES },
    (_, i) => ((bits[2 * i]! >>> 5) * 2 ** 26 + (bits[2 * i + 1]! >>> 6)) / 2 ** 53,
  );
}
