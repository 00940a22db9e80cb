/** How often each n-gram of tokens occurs, the tokens joined by a space: they must hold none. */
export function ngramCounts(tokens: readonly string[], n: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const ngram = n === 1 ? tokens[i]! : tokens.slice(i, i + n).join(' ');
    counts.set(ngram, (counts.get(ngram) ?? 0) + 1);
  }
  return counts;
}

/** How often each run of n code points occurs. */
export function characterCounts(text: string, n: number, starts: ArrayLike<number>): Map<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n < starts.length; i++) {
    const run = text.slice(starts[i]!, starts[i + n]!);
    counts.set(run, (counts.get(run) ?? 0) + 1);
  }
  return counts;
}

/** Where the code points of a text begin, and its end. */
export function codePointStarts(text: string): number[] {
  const starts = [];
  for (let at = 0; at < text.length; at += text.codePointAt(at)! > 0xffff ? 2 : 1) starts.push(at);
  starts.push(text.length);
  return starts;
}

/** How many n-grams two counts share, each as often as in both. */
export function shared(counts: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const [ngram, count] of counts) total += Math.min(count, others.get(ngram) ?? 0);
  return total;
}
