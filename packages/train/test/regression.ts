import {
  type Batches,
  fold,
  type Key,
  key,
  type Objective,
  randomNormal,
  randomPermutation,
  type Step,
} from '@genai/core';
import { normalNoise } from '@genai/tensor';
import { add, matMul, mean, mul, square, squeeze, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';

/** Weights of a line through three features. */
export type Line = { weight: Tensor; bias: Tensor };
export type Points = { x: Tensor; y: Tensor };

/** Mean squared error of a line, with a little noise on the inputs so that the key matters. */
export const squaredError: Objective<Tensor, Line, Points, 'bias'> = {
  init: (k) => ({ weight: normalNoise(k, [3, 1]), bias: normalNoise(fold(k, 1), [1]) }),
  loss: ({ weight, bias }, { x, y }, k) => {
    const blurred = add(x, mul(normalNoise(k, [3]), 0.01)); // (batch, 3)
    return { loss: mean(square(sub(add(matMul(blurred, weight), bias), y))), bias: squeeze(bias) };
  },
};

const COUNT = 24;
const FEATURES = randomNormal(key(11), COUNT * 3);

/** Rows of the data y = x · (1, -2, 0.5) + 0.3. */
export function points(rows: ArrayLike<number> = Array.from({ length: COUNT }, (_, i) => i)): Points {
  const x = Array.from(rows).flatMap((row) => Array.from(FEATURES.slice(3 * row, 3 * row + 3)));
  const y = Array.from(rows, (_, i) => x[3 * i]! - 2 * x[3 * i + 1]! + 0.5 * x[3 * i + 2]! + 0.3);
  return { x: tensor(x, [rows.length, 3]), y: tensor(y, [rows.length, 1]) };
}

/** Six rows a batch, shuffled anew each epoch, and a count of the batches alive. */
export function shuffled(k: Key = key(21), epochs = 100): Batches<Points> & { readonly alive: () => number } {
  let alive = 0;
  async function* from(cursor: number): AsyncGenerator<Points, void, void> {
    for (let i = cursor; i < (epochs * COUNT) / 6; i++) {
      const epoch = Math.floor((i * 6) / COUNT);
      const at = (i * 6) % COUNT;
      const batch = points(randomPermutation(fold(k, epoch), COUNT).slice(at, at + 6));
      alive++;
      try {
        yield batch;
      } finally {
        alive--;
        batch.x.dispose();
        batch.y.dispose();
      }
    }
  }
  return { from, [Symbol.asyncIterator]: () => from(0)[Symbol.asyncIterator](), alive: () => alive };
}

/** A step whose state counts its moves and remembers the last batch's number: easy to foretell. */
export const counting: Step<{ count: Tensor; params: { last: Tensor } }, Tensor, { readonly loss: Tensor }> = {
  init: () => ({ count: tensor(0), params: { last: tensor(-1) } }),
  run: ({ count }, batch) => ({
    state: { count: add(count, 1), params: { last: add(batch, 0) } },
    metrics: { loss: mul(batch, 10) },
  }),
};
