/**
 * The known names nearest to `name`, at most three, the nearest first.
 *
 * @example
 * nearest('fasion-mnist', ['digits', 'mnist', 'fashion-mnist']); // ['fashion-mnist']
 */
export function nearest(name: string, known: readonly string[]): string[] {
  const lowered = name.toLowerCase();
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(lowered, candidate.toLowerCase()) }))
    .filter(
      ({ candidate, distance }) =>
        distance <= Math.max(1, Math.ceil(candidate.length / 3)) ||
        (lowered.length >= 3 && candidate.startsWith(lowered)),
    )
    .sort((a, b) => a.distance - b.distance);
  return ranked.slice(0, 3).map(({ candidate }) => candidate);
}

/** `Did you mean …?` with the nearest names, or the list of all names where none is near. */
export function suggest(name: string, known: readonly string[]): string {
  const close = nearest(name, known);
  return close.length > 0 ? `Did you mean ${close.join(' or ')}?` : `Known: ${known.join(', ')}.`;
}

/** Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(last[j]! + 1, row[j - 1]! + 1, last[j - 1]! + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length]!;
}
