/**
 * What a metric keeps of samples, as plain data: named arrays, of double or single precision, each with its shape.
 *
 * It is small whatever the number of samples, may be saved (`saveTensors` of `@genai/checkpoint`) and compared again and again.
 */
export type Statistics = { readonly [name: string]: StatisticsArray };

export interface StatisticsArray {
  readonly shape: readonly number[];
  readonly values: Float64Array | Float32Array;
}

/** Takes in samples, batch after batch, in memory that does not grow with their number. */
export interface Accumulator<B, S> {
  /** Takes in one batch, which stays its owner's. One after the other: await each. */
  readonly add: (batch: B) => Promise<void>;
  /** Of what was taken in so far. More may be added behind it. */
  readonly result: () => S;
}
