/** What was found of one metric. */
export interface Score {
  /** The mean over all examples, each with the same weight. */
  readonly mean: number;
  /**
   * The standard error of the mean: how far the mean of another data set of this size would lie, about. It is that of the
   * data, not of the model. NaN from a single example.
   */
  readonly standardError: number;
  /** Examples measured. */
  readonly count: number;
  /** The unit of mean and standard error, if the metric names it. */
  readonly unit?: string;
}

/**
 * A running mean and its standard error, in double precision, over values that stand for one example or for the mean
 * of several.
 */
export class Total {
  #values = 0;
  #count = 0;
  #shift: number | undefined;
  #sum = 0;
  #squares = 0;

  /** Adds the mean of `count` examples. */
  add(value: number, count: number): void {
    // Sums of what is far from 0 lose digits: keep the distance from some value instead.
    this.#shift ??= Number.isFinite(value) ? value : undefined;
    const distance = value - (this.#shift ?? 0);
    this.#values++;
    this.#count += count;
    this.#sum += count * distance;
    this.#squares += count * distance * distance;
  }

  score(unit: string | undefined): Score {
    const distance = this.#sum / this.#count;
    // A mean of n examples has a variance of σ² / n, so Σ n (value − mean)² / (values − 1) estimates the σ² of one.
    const variance = Math.max(0, this.#squares - this.#sum * distance) / (this.#values - 1);
    return {
      mean: (this.#shift ?? 0) + distance,
      standardError: Math.sqrt(variance / this.#count),
      count: this.#count,
      ...(unit !== undefined && { unit }),
    };
  }
}
