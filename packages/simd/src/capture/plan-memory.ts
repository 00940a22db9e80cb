/** Space that is needed from one event to another, both included. */
export type Lifetime = { readonly bytes: number; readonly first: number; readonly last: number };

/** Where in one block each of the spaces lies, so that those needed at the same time do not overlap. */
export type MemoryPlan = { readonly offsets: readonly number[]; readonly bytes: number };

/**
 * Packs spaces with known lifetimes into little memory: the largest first, each into the tightest gap among those that
 * live at the same time.
 *
 * @source Pisarchyk & Lee 2020, "Efficient memory management for deep neural net inference", greedy by size.
 */
export function planMemory(lifetimes: readonly Lifetime[]): MemoryPlan {
  const offsets = new Array<number>(lifetimes.length).fill(0);
  const order = lifetimes.map((_, i) => i).sort((i, j) => lifetimes[j]!.bytes - lifetimes[i]!.bytes || i - j);
  const placed: { start: number; end: number; first: number; last: number }[] = []; // by start
  let bytes = 0;
  for (const i of order) {
    const { first, last } = lifetimes[i]!;
    const size = aligned(lifetimes[i]!.bytes);
    let best = -1;
    let tightest = Number.POSITIVE_INFINITY;
    let end = 0; // of what lies below
    for (const other of placed) {
      if (other.last < first || other.first > last) continue;
      const gap = other.start - end;
      if (gap >= size && gap < tightest) {
        best = end;
        tightest = gap;
      }
      if (other.end > end) end = other.end;
    }
    const start = best < 0 ? end : best;
    offsets[i] = start;
    bytes = Math.max(bytes, start + size);
    let at = placed.length;
    while (at > 0 && placed[at - 1]!.start > start) at--;
    placed.splice(at, 0, { start, end: start + size, first, last });
  }
  return { offsets, bytes };
}

function aligned(bytes: number): number {
  return Math.max(64, Math.ceil(bytes / 64) * 64);
}
