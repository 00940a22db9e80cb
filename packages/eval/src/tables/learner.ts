/** What a {@link Learner} learns from. */
export interface LearnerData {
  /** One vector a row, all of one length. */
  readonly features: readonly Float64Array[];
  /** One number a row: what to predict, or the number of its class, from 0. */
  readonly targets: ArrayLike<number>;
  /** How many classes there are; absent where the target is a number. */
  readonly classes?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Fits a model. What it gives predicts from a vector: the number alone, or the probability (or any score) of each class. */
export type Learner = (data: LearnerData) => Promise<(row: Float64Array) => ArrayLike<number>>;
