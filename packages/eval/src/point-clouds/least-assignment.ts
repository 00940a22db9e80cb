/**
 * The assignment of rows to columns of least total cost: the column of each row. Yields now and then, where a caller may give
 * way.
 *
 * costs: (size, size), row after row, finite. From any prices, sooner from good ones, such as those of an auction: rows bid from
 * there on, and shortest augmenting paths find columns for those that are left. O(size³) at worst. The same costs and prices
 * always give the same assignment.
 *
 * @source Jonker and Volgenant 1987, "A shortest augmenting path algorithm for dense and sparse linear assignment problems".
 */
export function* leastAssignment(costs: Float64Array, size: number, prices: Float64Array): Generator<void, Int32Array> {
  const matching: Matching = {
    prices: prices.map((price) => -price),
    columnOf: new Int32Array(size).fill(-1),
    rowOf: new Int32Array(size).fill(-1),
  };
  const left = bid(costs, size, matching);
  const augment = pathsOver(costs, size, matching);
  for (const row of left) {
    yield;
    augment(row);
  }
  return matching.columnOf;
}

/**
 * Some rows with columns, and what is taken off the costs of each column, so that no row has a column cheaper than its own: it is
 * part of a least assignment then.
 */
type Matching = {
  readonly prices: Float64Array;
  /** The column of each row, the row of each column; −1 if it has none. */
  readonly columnOf: Int32Array;
  readonly rowOf: Int32Array;
};

/**
 * Each row takes its best column and gives up what it has over the second best, its former row bids again; gives the rows left
 * without.
 */
function bid(costs: Float64Array, size: number, { prices, columnOf, rowOf }: Matching): number[] {
  const left: number[] = [];
  let patience = 4 * size; // rows may outbid each other by next to nothing
  for (let first = 0; first < size; first++) {
    for (let row = first; row >= 0; ) {
      let best = 0;
      let second = 0;
      let least = Number.POSITIVE_INFINITY;
      let next = Number.POSITIVE_INFINITY;
      for (let column = 0, at = row * size; column < size; column++, at++) {
        const reduced = costs[at]! - prices[column]!;
        if (reduced >= next) continue;
        if (reduced < least) {
          second = best;
          next = least;
          best = column;
          least = reduced;
        } else {
          second = column;
          next = reduced;
        }
      }
      const lowered = prices[best]! - (next - least);
      const gains = lowered < prices[best]!;
      if (!gains && rowOf[best]! >= 0) best = second; // as good, and perhaps free
      const former = rowOf[best]!;
      if (former >= 0 && (!gains || patience-- <= 0)) {
        left.push(row);
        break;
      }
      if (gains) prices[best] = lowered;
      if (former >= 0) columnOf[former] = -1;
      columnOf[row] = best;
      rowOf[best] = row;
      row = former;
    }
  }
  return left;
}

/**
 * Gives a row without a column one, by the shortest alternating path to a free column (Dijkstra), and makes the prices right
 * again.
 */
function pathsOver(costs: Float64Array, size: number, { prices, columnOf, rowOf }: Matching): (row: number) => void {
  const distances = new Float64Array(size);
  const from = new Int32Array(size); // the row that each column is reached from
  const order = new Int32Array(size); // first the columns that are open, then those whose distance is final
  return (start) => {
    distances.fill(Number.POSITIVE_INFINITY);
    for (let column = 0; column < size; column++) order[column] = column;
    let open = size;
    let row = start;
    let way = 0; // the distance to `row`, less its least reduced cost
    for (;;) {
      let nearest = 0;
      let least = Number.POSITIVE_INFINITY;
      for (let k = 0; k < open; k++) {
        const column = order[k]!;
        const distance = way + costs[row * size + column]! - prices[column]!;
        if (distance < distances[column]!) {
          distances[column] = distance;
          from[column] = row;
        }
        if (distances[column]! < least) {
          nearest = k;
          least = distances[column]!;
        }
      }
      const column = order[nearest]!;
      if (rowOf[column]! < 0) {
        for (const final of order.subarray(open)) prices[final]! += distances[final]! - least;
        turn(column, start);
        return;
      }
      order[nearest] = order[--open]!;
      order[open] = column;
      row = rowOf[column]!;
      way = least - (costs[row * size + column]! - prices[column]!);
    }
  };

  /** Each row of the path gets the column that it reached. */
  function turn(end: number, start: number): void {
    for (let column = end; ; ) {
      const row = from[column]!;
      const former = columnOf[row]!;
      rowOf[column] = row;
      columnOf[row] = column;
      if (row === start) return;
      column = former;
    }
  }
}
