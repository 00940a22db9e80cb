/** A set of Unicode code points: inclusive ranges in ascending order that do not touch each other. */
export type CodePoints = readonly CodePointRange[];

export type CodePointRange = readonly [from: number, to: number];

const LAST_CODE_POINT = 0x10ffff;

export const ANY_CODE_POINT: CodePoints = [[0, LAST_CODE_POINT]];

/** The union of ranges in any order. */
export function codePoints(ranges: readonly CodePointRange[]): CodePoints {
  const united: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = united.at(-1);
    if (last && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

/** The code points of a text's characters. */
export function codePointsOf(text: string): CodePoints {
  return codePoints(Array.from(text, (character) => [character.codePointAt(0)!, character.codePointAt(0)!]));
}

/** All code points but those of the set. */
export function complement(set: CodePoints): CodePoints {
  const ends = [-1, ...set.map(([, to]) => to)];
  const begins = [...set.map(([from]) => from), LAST_CODE_POINT + 1];
  return ends.map((end, i) => [end + 1, begins[i]! - 1] as const).filter(([from, to]) => from <= to);
}

/** The code points of both sets. */
export function intersection(a: CodePoints, b: CodePoints): CodePoints {
  return complement(codePoints([...complement(a), ...complement(b)]));
}

/** Whether the set has the code point. */
export function hasCodePoint(set: CodePoints, point: number): boolean {
  let [low, high] = [0, set.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (set[middle]![1] < point) low = middle + 1;
    else high = middle;
  }
  return low < set.length && set[low]![0] <= point;
}
