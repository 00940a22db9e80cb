/**
 * The largest key v such that the weights of all keys ≥ v come to at least `mass` > 0; the smallest key if all together do not.
 *
 * Looks at the first `count` ≥ 1 of `indices`, which name places in `keys` and `weights` (1 each unless given), and leaves them in
 * another order. A quickselect that counts weights: O(count) on average, also where many keys are equal, and nothing is sorted.
 *
 * @source Hoare 1961, "Algorithm 65: find"; Dijkstra 1976, "A discipline of programming", chapter 14 (three parts).
 */
export function massThreshold(
  keys: Float32Array | Float64Array,
  weights: Float64Array | undefined,
  mass: number,
  indices: Int32Array,
  count: number,
): number {
  let missing = mass;
  let low = 0;
  let high = count;
  while (high - low > 1) {
    const pivot = median(keys[indices[low]!]!, keys[indices[(low + high) >> 1]!]!, keys[indices[high - 1]!]!);
    // [low, above) is larger than the pivot, [above, i) equal, [below, high) smaller.
    let above = low;
    let below = high;
    let larger = 0;
    let equal = 0;
    for (let i = low; i < below; ) {
      const index = indices[i]!;
      const key = keys[index]!;
      const weight = weights ? weights[index]! : 1;
      if (key < pivot) {
        indices[i] = indices[--below]!;
        indices[below] = index;
        continue;
      }
      if (key > pivot) {
        larger += weight;
        indices[i] = indices[above]!;
        indices[above++] = index;
      } else equal += weight;
      i++;
    }
    if (missing <= larger) high = above;
    else if (missing <= larger + equal || below === high) return pivot;
    else {
      missing -= larger + equal;
      low = below;
    }
  }
  return keys[indices[low]!]!;
}

function median(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
