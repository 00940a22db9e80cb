import { type Distribution, type Mean, split } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, broadcastTo, concat, split as cut, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** The first of two vectors, and what the second depends on. */
export interface ChainedParts {
  /** p(a), of vectors. */
  readonly first: Distribution<Tensor> & Mean<Tensor>;
  /** p(b | a) for `a` of shape (rows, features), rows a multiple of the batch of `first`: a batch of (rows). */
  readonly second: (a: Tensor) => Distribution<Tensor> & Mean<Tensor>;
  /** How many numbers b has. */
  readonly features: number;
}

/**
 * p(a) p(b | a) of two vectors, as one distribution of the vector (a, b): ancestral sampling, and log-probabilities that are
 * the sum of both.
 *
 * `mean` is E[a] and E[b | a = E[a]]: the mean where E[b | a] is affine in a, otherwise the middle of what one would draw.
 */
export function chained({ first, second, features }: ChainedParts): Distribution<Tensor> & Mean<Tensor> {
  const [upper] = expectShape('chained: an event of the first', { shape: first.eventShape }, ['features']);
  const batchShape = first.batchShape;
  const given = (a: Tensor) => second(reshape(a, [a.size / upper, upper]));
  const beside = (a: Tensor, b: Tensor): Tensor => concat([a, reshape(b, [...a.shape.slice(0, -1), features])], -1); // (…, upper + features)
  return {
    batchShape,
    eventShape: [upper + features],
    sample: (key, shape = []) =>
      scope(() => {
        const [forFirst, forSecond] = split(key);
        const a = first.sample(forFirst, shape); // (…shape, batch, upper)
        return beside(a, given(a).sample(forSecond));
      }),
    logProb: (x) =>
      scope(() => {
        expectShape('chained.logProb', x, ['…', upper + features]);
        const [a, b] = cut(x, [upper, features], -1) as [Tensor, Tensor];
        const logA = first.logProb(a); // (…, batch)
        const rows = logA.size;
        const full = (part: Tensor, size: number): Tensor =>
          reshape(broadcastTo(part, [...logA.shape, size]), [rows, size]);
        return add(logA, reshape(second(full(a, upper)).logProb(full(b, features)), logA.shape));
      }),
    mean: () =>
      scope(() => {
        const a = first.mean();
        return beside(a, given(a).mean());
      }),
  };
}
