import { expectShape, scope } from '@genai/tensor';
import { div, matMul, mul, ones, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/**
 * How unevenly tokens visit experts: N · Σ fᵢ · Pᵢ, a scalar, with fᵢ the share of visits that go to expert i and Pᵢ its mean
 * probability. It is 1 where both are even and N where everything goes to one; only P has a gradient.
 *
 * `probabilities` of the router, softmax over all, and `chosen`, 1 for each expert that a row visits, else 0, are both (rows, count);
 * `counted`, (rows), is 1 for the rows that count, all unless given.
 *
 * @example
 * const loss = loadBalance(softmax(logits), chosenExperts(logits, 2)); // (rows, count) → ()
 * @throws GenaiError if the shapes differ.
 * @source Fedus et al. 2022, "Switch transformers", eq. 4 to 6, without its factor α; visits where a token has several.
 */
export function loadBalance(probabilities: Tensor, chosen: Tensor, counted?: Tensor): Tensor {
  const [rows, count] = expectShape('loadBalance: probabilities', probabilities, ['rows', 'count']) as [number, number];
  expectShape('loadBalance: chosen', chosen, [rows, count]);
  if (counted) expectShape('loadBalance: counted', counted, [rows]);
  return scope(() => {
    const weights = counted ? reshape(counted, [1, rows]) : ones([1, rows]);
    const visits = matMul(weights, chosen); // (1, count)
    const shares = div(visits, sum(visits)); // fᵢ, eq. 5
    const means = div(matMul(weights, probabilities), sum(weights)); // Pᵢ, eq. 6
    return mul(count, sum(mul(shares, means)));
  });
}
