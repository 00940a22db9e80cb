import { type Distribution, disposeTree, fold, type Key } from '@genai/core';
import { bernoulli } from '@genai/distributions';
import { expectShape, recomputed, scope, stopGradient } from '@genai/tensor';
import {
  add,
  concat,
  expandDims,
  matMul,
  mul,
  reshape,
  sigmoid,
  slice,
  sum,
  type Tensor,
  tensor,
} from '@tensorflow/tfjs-core';
import { inRows, rowsOf } from './rows-of.js';

/** The weights that all factors share. */
export type NadeWeights = {
  /** (features, hidden): what a feature adds to the hidden units of those behind it. */
  readonly input: Tensor;
  /** (features, hidden): how a feature depends on its hidden units. */
  readonly output: Tensor;
};

/** The biases, which may be those of a row. */
export type NadeBiases = {
  /** (…batch, features): of the logits. */
  readonly visible: Tensor;
  /** (…batch, hidden): of the hidden units. */
  readonly hidden: Tensor;
};

/**
 * Vectors of zeros and ones whose features follow one another: feature d is 1 with probability σ(b_d + V_d · h_d), where
 * h_d = σ(c + Σ_(j<d) x_j W_j).
 *
 * The biases b and c may differ from row to row, as those that a recurrent net gives: batch shape (…batch). `logProb` is exact and
 * in nats; it keeps (rows, hidden) for eight features at a time and computes the rest again for the gradient. A draw takes as many
 * steps as there are features; draws are float32 without gradient.
 *
 * @example
 * const chord = nadeDistribution({ input, output }, { visible, hidden }); // visible: (batch, time, 88), hidden: (batch, time, 50)
 * const logP = chord.logProb(notes); // notes: (batch, time, 88); logP: (batch, time)
 * @throws GenaiError if the shapes do not fit together.
 * @source Larochelle and Murray 2011, "The neural autoregressive distribution estimator", eq. 4 and 5; with biases from a context
 * Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", section 4.
 */
export function nadeDistribution(weights: NadeWeights, biases: NadeBiases): Distribution<Tensor> {
  const [features, hidden] = expectShape('nadeDistribution: input', weights.input, ['features', 'hidden']);
  expectShape('nadeDistribution: output', weights.output, [features, hidden]);
  const batchShape = biases.visible.shape.slice(0, -1);
  expectShape('nadeDistribution: visible', biases.visible, [...batchShape, features]);
  expectShape('nadeDistribution: hidden', biases.hidden, [...batchShape, hidden]);
  return {
    batchShape,
    eventShape: [features],
    logProb: (values) =>
      scope(() => {
        const { x, beside, lead } = rowsOf('nadeDistribution.logProb', values, features, [
          biases.visible,
          biases.hidden,
        ]);
        const [visible, start] = beside as [Tensor, Tensor];
        const logits = add(visible, nadeTerms(weights, start, x)); // (rows, features)
        return reshape(sum(bernoulli(logits).logProb(x), -1), [...lead]);
      }),
    sample: (key, shape = []) =>
      scope(() => {
        const lead = [...shape, ...batchShape];
        const [visible, hidden] = [biases.visible, biases.hidden].map((bias) => inRows(stopGradient(bias), lead)) as [
          Tensor,
          Tensor,
        ];
        return reshape(draw(weights, { visible, hidden }, key), [...lead, features]);
      }),
  };
}

/** V_d · h_d for each feature: (rows, features), of the sums c, (rows, hidden), and x, (rows, features). */
function nadeTerms({ input, output }: NadeWeights, start: Tensor, x: Tensor): Tensor {
  const [features, hidden] = input.shape as [number, number];
  const rows = x.shape[0]!;
  const blocks: Tensor[] = [];
  let before = start; // c + Σ x_j W_j over the features before the block
  for (let from = 0; from < features; from += BLOCK) {
    const size = Math.min(BLOCK, features - from);
    const own = slice(x, [0, from], [rows, size]); // (rows, size)
    const [w, v] = [input, output].map((table) => slice(table, [from, 0], [size, hidden])) as [Tensor, Tensor];
    blocks.push(recomputed(blockTerms, { before, x: own, input: w, output: v }));
    if (from + size < features) before = add(before, matMul(own, w));
  }
  return blocks.length === 1 ? blocks[0]! : concat(blocks, 1);
}

/** The same of a few features: all partial sums within the block are one matrix product. */
function blockTerms({
  before,
  x,
  input,
  output,
}: { readonly before: Tensor; readonly x: Tensor } & NadeWeights): Tensor {
  const [size, hidden] = input.shape as [number, number];
  const rows = x.shape[0]!;
  const earlier = tensor(
    Array.from({ length: size ** 2 }, (_, i) => Number(i % size < Math.floor(i / size))),
    [size, size],
  );
  const seen = reshape(mul(expandDims(x, 1), earlier), [rows * size, size]); // row d of each: x_j for j < d, else 0
  const within = reshape(matMul(seen, input), [rows, size, hidden]);
  const h = sigmoid(add(within, expandDims(before, 1))); // (rows, size, hidden)
  return sum(mul(h, output), -1); // (rows, size)
}

/** More is more arithmetic, less is more ops: the sums within a block take BLOCK products for each unit of each feature. */
const BLOCK = 8;

function draw({ input, output }: NadeWeights, { visible, hidden }: NadeBiases, key: Key): Tensor {
  const [features, units] = input.shape as [number, number];
  const rows = visible.shape[0]!;
  const drawn: Tensor[] = [];
  let sums = hidden; // (rows, units)
  for (let d = 0; d < features; d++) {
    const before = sums;
    const made = scope(() => {
      const [w, v] = [input, output].map((table) => slice(table, [d, 0], [1, units])) as [Tensor, Tensor];
      const logit = add(slice(visible, [0, d], [rows, 1]), matMul(sigmoid(before), v, false, true)); // (rows, 1)
      const x = bernoulli(logit).sample(fold(key, d));
      return { x, sums: add(before, matMul(x, w)) };
    });
    drawn.push(made.x);
    sums = made.sums;
    if (before !== hidden) disposeTree(before);
  }
  return concat(drawn, 1);
}
