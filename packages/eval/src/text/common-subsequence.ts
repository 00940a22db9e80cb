/** The length of the longest common subsequence of two sequences, in memory of one. */
export function commonSubsequenceLength(a: readonly string[], b: readonly string[]): number {
  const row = new Int32Array(a.length + 1);
  for (const word of b) {
    let diagonal = 0;
    for (let i = 1; i <= a.length; i++) {
      const above = row[i]!;
      row[i] = a[i - 1] === word ? diagonal + 1 : Math.max(above, row[i - 1]!);
      diagonal = above;
    }
  }
  return row[a.length]!;
}

/** Places in `b`, ascending, of a longest common subsequence with `a`; of several that which goes back in `a` only where it must. */
export function commonSubsequence(a: readonly string[], b: readonly string[]): number[] {
  const table = lengths(a, b);
  const width = a.length + 1;
  const places = [];
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      i--;
      places.push(--j);
    } else if (table[j * width + i - 1]! > table[(j - 1) * width + i]!) {
      i--;
    } else {
      j--;
    }
  }
  return places.reverse();
}

/** Of the first j of `b` beside the first i of `a`, row j after row j. */
function lengths(a: readonly string[], b: readonly string[]): Int32Array {
  const width = a.length + 1;
  const table = new Int32Array(width * (b.length + 1));
  for (let j = 1; j <= b.length; j++) {
    for (let i = 1; i <= a.length; i++) {
      const at = j * width + i;
      table[at] = a[i - 1] === b[j - 1] ? table[at - width - 1]! + 1 : Math.max(table[at - width]!, table[at - 1]!);
    }
  }
  return table;
}
