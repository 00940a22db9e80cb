/** The best of many candidates, in order; of equal ones those offered first. Without objects: all but a few are passed over. */
export class BestCandidates {
  size = 0;
  readonly #ranks: Float64Array;
  readonly #logProbs: Float64Array;
  readonly #beams: Int32Array;
  readonly #tokens: Int32Array;

  constructor(readonly most: number) {
    this.#ranks = new Float64Array(most);
    this.#logProbs = new Float64Array(most);
    this.#beams = new Int32Array(most);
    this.#tokens = new Int32Array(most);
  }

  readonly beam = (i: number): number => this.#beams[i]!;
  readonly token = (i: number): number => this.#tokens[i]!;
  readonly logProb = (i: number): number => this.#logProbs[i]!;

  /** Keeps it if it is among the best; −Infinity never is. */
  offer(rank: number, logProb: number, beam: number, token: number): void {
    const ranks = this.#ranks;
    if (this.size === this.most ? !(rank > ranks[this.most - 1]!) : !(rank > Number.NEGATIVE_INFINITY)) return;
    let at = Math.min(this.size, this.most - 1);
    for (; at > 0 && ranks[at - 1]! < rank; at--) {
      ranks[at] = ranks[at - 1]!;
      this.#logProbs[at] = this.#logProbs[at - 1]!;
      this.#beams[at] = this.#beams[at - 1]!;
      this.#tokens[at] = this.#tokens[at - 1]!;
    }
    ranks[at] = rank;
    this.#logProbs[at] = logProb;
    this.#beams[at] = beam;
    this.#tokens[at] = token;
    this.size = Math.min(this.size + 1, this.most);
  }
}
