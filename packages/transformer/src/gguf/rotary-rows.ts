/** How the pairs of a rotary head stand: as neighbours, or each number of the first half with its fellow in the second. */
export type PairOrder = 'neighbours' | 'halves';

/**
 * The rows of queries or keys, or their codes or scales, `rows` of them head by head, with pairs in the order `to`: row 2i of a head
 * changes places with row i, row 2i + 1 with row i + headWidth / 2. Attention is the same, as both queries and keys are moved.
 */
export function rotaryRows<T extends Float32Array | Int32Array>(
  values: T,
  rows: number,
  headWidth: number,
  to: PairOrder,
): T {
  const size = values.length / rows;
  const moved = values.slice() as T;
  for (let head = 0; head < rows; head += headWidth) {
    for (let i = 0; i < headWidth; i++) {
      const asNeighbours = head + i;
      const asHalves = head + (i >> 1) + (i % 2) * (headWidth / 2);
      const [from, into] = to === 'halves' ? [asNeighbours, asHalves] : [asHalves, asNeighbours];
      moved.set(values.subarray(from * size, (from + 1) * size), into * size);
    }
  }
  return moved;
}
