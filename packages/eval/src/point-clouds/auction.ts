/** What an {@link auction} ended with. */
export type Sale = {
  /** The column of each row. */
  readonly columnOf: Int32Array;
  /** The price of each column: no row pays much less for another column, its cost counted, than for its own. */
  readonly prices: Float64Array;
  /** What the assignment costs. */
  readonly cost: number;
  /** What no assignment costs less than, but for rounding. */
  readonly bound: number;
};

export interface AuctionOptions {
  /** Ends when the cost is at most 1 + this times the least. */
  readonly tolerance: number;
  /** Ends when the least cost is above this. */
  readonly beyond: number;
}

/**
 * Assigns rows to columns by bids that rise by ε at least: the total cost is then at most size · ε above the least. Yields now
 * and then, where a caller may give way.
 *
 * costs: (size, size), row after row, finite, not negative. ε falls from phase to phase until the prices prove what was asked
 * for: by duality no assignment costs less than Σᵣ minₖ (costᵣₖ + priceₖ) − Σₖ priceₖ. It ends without where the least is so
 * small beside the costs that rounding would hide it.
 *
 * @source Bertsekas 1988, "The auction algorithm: a distributed relaxation method for the assignment problem"; ε-scaling:
 * Bertsekas and Eckstein 1988, "Dual coordinate step methods for linear network flow problems".
 */
export function* auction(
  costs: Float64Array,
  size: number,
  { tolerance, beyond }: AuctionOptions,
): Generator<void, Sale> {
  const prices = new Float64Array(size);
  const columnOf = Int32Array.from({ length: size }, (_, row) => row);
  const { most, mean } = sizesOf(costs);
  if (size === 1 || most === 0) return { columnOf, prices, cost: costs[0]!, bound: costs[0]! };
  for (let epsilon = FIRST * mean; ; epsilon /= FALL) {
    const waiting = Int32Array.from({ length: size }, (_, i) => size - 1 - i);
    const room: Room = { prices, columnOf, rowOf: new Int32Array(size).fill(-1), waiting };
    for (let count = size; count > 0; ) {
      count = sell(costs, size, room, count, epsilon);
      yield;
    }
    const sale = { columnOf, prices, ...boundsOf(costs, size, room) };
    if (isWithin(sale, tolerance) || sale.bound > beyond || epsilon < LAST * most) return sale;
  }
}

/** Whether a sale proves that its cost is at most 1 + `tolerance` times the least. */
export function isWithin({ cost, bound }: Sale, tolerance: number): boolean {
  return cost === 0 || cost - bound <= tolerance * bound;
}

/** The first ε as a share of the mean cost, what each is divided by for the next, and the last as a share of the largest cost. */
const FIRST = 0.1;
const FALL = 4;
const LAST = 2 ** -30;

/** Costs that are looked at between two yields. */
const LOOKS = 2 ** 20;

/** An auction as it goes on. */
type Room = {
  readonly prices: Float64Array;
  readonly columnOf: Int32Array;
  /** The row of each column, −1 if it has none. */
  readonly rowOf: Int32Array;
  /** A stack of the rows without a column. */
  readonly waiting: Int32Array;
};

/** Lets the `count` rows that wait bid, the last first, and those outbid again, for a while; gives how many wait then. */
function sell(costs: Float64Array, size: number, room: Room, count: number, epsilon: number): number {
  const { prices, columnOf, rowOf, waiting } = room;
  let left = count;
  for (let looks = 0; left > 0 && looks < LOOKS; looks += size) {
    const row = waiting[--left]!;
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    let next = Number.POSITIVE_INFINITY; // the second least
    for (let column = 0, at = row * size; column < size; column++, at++) {
      const pay = costs[at]! + prices[column]!;
      if (pay >= next) continue;
      if (pay < least) {
        next = least;
        least = pay;
        best = column;
      } else {
        next = pay;
      }
    }
    prices[best]! += next - least + epsilon;
    const outbid = rowOf[best]!;
    if (outbid >= 0) waiting[left++] = outbid;
    rowOf[best] = row;
    columnOf[row] = best;
  }
  return left;
}

/** The total cost, and what none is below. */
function boundsOf(costs: Float64Array, size: number, { prices, columnOf }: Room): { cost: number; bound: number } {
  let cost = 0;
  let bound = 0;
  for (let row = 0; row < size; row++) {
    let least = Number.POSITIVE_INFINITY;
    for (let column = 0, at = row * size; column < size; column++, at++) {
      least = Math.min(least, costs[at]! + prices[column]!);
    }
    cost += costs[row * size + columnOf[row]!]!;
    bound += least - prices[row]!;
  }
  return { cost, bound };
}

function sizesOf(costs: Float64Array): { readonly most: number; readonly mean: number } {
  let most = 0;
  let total = 0;
  for (let i = 0; i < costs.length; i++) {
    most = Math.max(most, costs[i]!);
    total += costs[i]!;
  }
  return { most, mean: total / costs.length };
}
