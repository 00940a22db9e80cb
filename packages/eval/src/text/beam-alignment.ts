/**
 * The least insertions, deletions and replacements that make some words a reference, searched near the diagonal only, and which
 * words stand opposite each other.
 *
 * Words are numbers. Others of as many words are measured fast if they begin like these.
 */
export class BeamAlignment {
  #words: Int32Array;
  readonly #reference: Int32Array;
  /** Row i: the costs of the first i words beside the first j of the reference, (words + 1, reference + 1). */
  readonly #costs: Int32Array;
  readonly #beam: number;
  /** The costs of other words: the rows up to where they differ are copied. */
  readonly #scratch: Int32Array;

  constructor(words: Int32Array, reference: Int32Array) {
    this.#words = words;
    this.#reference = reference;
    const slope = this.#slope;
    // So wide that the beams of neighbouring rows overlap.
    this.#beam = BEAM < slope / 2 ? Math.ceil(slope / 2 + BEAM) : BEAM;
    this.#costs = new Int32Array((words.length + 1) * (reference.length + 1));
    for (let j = 0; j <= reference.length; j++) this.#costs[j] = j;
    this.#fill(this.#costs, words, 0);
    this.#scratch = this.#costs.slice();
  }

  get words(): Int32Array {
    return this.#words;
  }

  get distance(): number {
    return this.#costs.at(-1)!;
  }

  /** The distance of as many other words, which differ from place `from` on. */
  distanceOf(words: Int32Array, from: number): number {
    const width = this.#reference.length + 1;
    this.#scratch.set(this.#costs.subarray(from * width, (from + 1) * width), from * width);
    this.#fill(this.#scratch, words, from);
    return this.#scratch.at(-1)!;
  }

  /** Goes on with as many other words. */
  rebase(words: Int32Array): void {
    this.#words = words;
    this.#fill(this.#costs, words, 0);
  }

  /** The last word up to each word of the reference, −1 for none, and which words of either are wrong. */
  errors(): { readonly aligned: Int32Array; readonly ours: Uint8Array; readonly theirs: Uint8Array } {
    const aligned = new Int32Array(this.#reference.length);
    const ours = new Uint8Array(this.#words.length);
    const theirs = new Uint8Array(this.#reference.length);
    const width = this.#reference.length + 1;
    for (let [i, j] = [this.#words.length, this.#reference.length]; i > 0 || j > 0; ) {
      const cost = this.#costs[i * width + j]!;
      const wrong = i > 0 && j > 0 && this.#words[i - 1] === this.#reference[j - 1] ? 0 : 1;
      // Tercom prefers keeping and replacing, then what is here deleting, then inserting.
      if (i > 0 && j > 0 && cost === this.#costs[(i - 1) * width + j - 1]! + wrong) {
        i--;
        j--;
        aligned[j] = i;
        ours[i] = wrong;
        theirs[j] = wrong;
      } else if (i > 0 && cost === this.#costs[(i - 1) * width + j]! + 1) {
        i--;
        ours[i] = 1;
      } else {
        j--;
        aligned[j] = i - 1;
        theirs[j] = 1;
      }
    }
    return { aligned, ours, theirs };
  }

  get #slope(): number {
    return this.#words.length > 0 ? this.#reference.length / this.#words.length : 1;
  }

  /** Computes the rows behind row `from`. */
  #fill(costs: Int32Array, words: Int32Array, from: number): void {
    const reference = this.#reference;
    const width = reference.length + 1;
    for (let i = from + 1; i <= words.length; i++) {
      const diagonal = Math.floor(i * this.#slope);
      const first = Math.max(0, diagonal - this.#beam);
      const end = i === words.length ? width : Math.min(width, diagonal + this.#beam);
      const row = i * width;
      const above = row - width;
      costs.fill(FAR, row, row + width);
      for (let j = first; j < end; j++) {
        let cost = costs[above + j]! + 1;
        if (j > 0) {
          const wrong = words[i - 1] === reference[j - 1] ? 0 : 1;
          cost = Math.min(costs[above + j - 1]! + wrong, cost, costs[row + j - 1]! + 1);
        }
        costs[row + j] = Math.min(cost, FAR);
      }
    }
  }
}

/** Places searched on either side of the diagonal. */
const BEAM = 25;

/** More than any distance. */
const FAR = 2 ** 30;
