/** A piece that others may be joined to, with its number and its score. */
export type ScoredPiece = { readonly piece: string; readonly token: number; readonly score: number };

/**
 * Every way to make an ordinary piece of two others, that of the highest score first, as the merges of a `tokenizer.json`: the pair of
 * the first merge is joined first, as SentencePiece joins that of the highest score.
 *
 * Of pieces of one score that of the lower number comes first, where SentencePiece takes what stands first in the text.
 */
export function pieceMerges(ordinary: readonly ScoredPiece[]): [left: string, right: string][] {
  const tokens = new Map(ordinary.map(({ piece, token }) => [piece, token]));
  return [...ordinary]
    .sort((a, b) => b.score - a.score || a.token - b.token)
    .flatMap(({ piece }) => pairsOf(piece, tokens));
}

/** The pairs that make a piece, in the order of their numbers. */
export function pairsOf(piece: string, tokens: ReadonlyMap<string, number>): [left: string, right: string][] {
  const pairs: [left: string, right: string][] = [];
  for (let cut = 1; cut < piece.length; cut++) {
    const [left, right] = [piece.slice(0, cut), piece.slice(cut)];
    if (tokens.has(left) && tokens.has(right)) pairs.push([left, right]);
  }
  const number = (piece: string): number => tokens.get(piece)!;
  return pairs.sort(([a, b], [c, d]) => number(a) - number(c) || number(b) - number(d));
}
