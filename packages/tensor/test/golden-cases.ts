import { expectClose } from '@genai/testing/expect-close';
import { add, mul, square, sum, type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import golden from '../golden/ops.json' with { type: 'json' };
import { attention } from '../src/ops/attention.js';
import { conv2d } from '../src/ops/conv2d.js';
import { conv2dTranspose } from '../src/ops/conv2d-transpose.js';
import { elu } from '../src/ops/elu.js';
import { gelu } from '../src/ops/gelu.js';
import { groupNorm } from '../src/ops/group-norm.js';
import { layerNorm } from '../src/ops/layer-norm.js';
import { leakyRelu } from '../src/ops/leaky-relu.js';
import { logSigmoid } from '../src/ops/log-sigmoid.js';
import { logSumExp } from '../src/ops/log-sum-exp.js';
import { rmsNorm } from '../src/ops/rms-norm.js';
import { silu } from '../src/ops/silu.js';
import { softmaxCrossEntropy } from '../src/ops/softmax-cross-entropy.js';
import { softplus } from '../src/ops/softplus.js';
import { scope } from '../src/scope.js';
import { valueAndGrad } from '../src/value-and-grad.js';

/** One comparison with PyTorch on the engine that is current. */
export type GoldenCase = {
  readonly name: string;
  /** @throws Error where a number is not PyTorch's. */
  readonly check: () => Promise<void>;
};

/**
 * Every op against PyTorch in float64 (recipe: golden/make-ops.py): its value, its gradient and the gradient of its
 * gradient's square. Run on the cpu engine beside this file, and by the engine sheet on every engine.
 */
export function goldenCases(): GoldenCase[] {
  return [
    ...golden.unary.map(
      ({ name, x, ...expected }): GoldenCase => ({
        name: `${name} from −10⁴ to 10⁴`,
        check: () =>
          compare([{ shape: [x.length], values: x }], found(unary, name), {
            value: expected.value,
            first: [expected.first],
            second: [expected.second],
          }),
      }),
    ),
    ...golden.cases.map(
      ({ name, inputs, weights, shape, ...expected }): GoldenCase => ({
        name,
        check: () => compare(inputs, found(cases, name), expected, { shape, values: weights }),
      }),
    ),
  ];
}

type Op = (...inputs: Tensor[]) => Tensor;
type Numbers = { readonly shape: number[]; readonly values: number[] };
type Expected = { readonly value: number[]; readonly first: number[][]; readonly second: number[][] };

const unary: { readonly [name: string]: Op } = {
  softplus: (x) => softplus(x!),
  logSigmoid: (x) => logSigmoid(x!),
  silu: (x) => silu(x!),
  gelu: (x) => gelu(x!),
  'gelu, approximate': (x) => gelu(x!, { approximate: true }),
  leakyRelu: (x) => leakyRelu(x!, 0.2),
  elu: (x) => elu(x!),
};

const cases: { readonly [name: string]: Op } = {
  logSumExp: (x) => logSumExp(x!, 1),
  layerNorm: (x, scale, shift) => layerNorm(x!, scale!, shift!),
  rmsNorm: (x, scale) => rmsNorm(x!, scale!),
  groupNorm: (x, scale, shift) => groupNorm(x!, scale!, shift!, { groups: 3 }),
  softmaxCrossEntropy: (x) => softmaxCrossEntropy(x!, tensor2d([0, 4, 2, 2, 1, 3], [2, 3], 'int32')),
  attention: (q, k, v) => attention(q!, k!, v!),
  'attention, causal': (q, k, v) => attention(q!, k!, v!, { causal: true, scale: 0.7 }),
  'attention, masked': (q, k, v) =>
    attention(q!, k!, v!, { mask: tensor2d([1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0], [3, 4], 'bool') }),
  'conv2d, same': (x, w) => conv2d(x!, w!),
  'conv2d, same, stride 2': (x, w) => conv2d(x!, w!, { strides: 2 }),
  'conv2d, padding 1, stride 2': (x, w) => conv2d(x!, w!, { strides: 2, padding: 1 }),
  'conv2d, valid, dilation 2': (x, w) => conv2d(x!, w!, { padding: 'valid', dilation: 2 }),
  'conv2d, same, dilation 3': (x, w) => conv2d(x!, w!, { dilation: 3 }),
  'conv2dTranspose, same, stride 2': (x, w) => conv2dTranspose(x!, w!, { strides: 2 }),
  'conv2dTranspose, valid, stride 2': (x, w) => conv2dTranspose(x!, w!, { strides: 2, padding: 'valid' }),
  'conv2dTranspose, padding 1, stride 2': (x, w) => conv2dTranspose(x!, w!, { strides: 2, padding: 1 }),
};

function found(ops: { readonly [name: string]: Op }, name: string): Op {
  const op = ops[name];
  if (!op) throw new Error(`golden/ops.json has "${name}", which test/golden-cases.ts does not know.`);
  return op;
}

async function compare(inputs: Numbers[], op: Op, expected: Expected, weights?: Numbers): Promise<void> {
  const gradient = (xs: Tensor[]) =>
    valueAndGrad((ys: Tensor[]) => {
      const value = op(...ys);
      return { loss: sum(weights ? mul(value, tensor(weights.values, weights.shape)) : value), value };
    }, xs);
  const results = scope(() => {
    const xs = inputs.map(({ values, shape }) => tensor(values, shape, 'float32'));
    const { values, grad } = gradient(xs);
    // With weights the square of the gradient is differentiated, without them the gradient: every entry is alone.
    const second = valueAndGrad((ys: Tensor[]) => {
      const parts = gradient(ys).grad.map((g) => sum(weights ? square(g) : g));
      return { loss: parts.reduce((total, part) => add(total, part)) };
    }, xs).grad;
    return [values.value, ...grad, ...second];
  });
  try {
    const read = await Promise.all(results.map((result) => result.data()));
    for (const [i, want] of [expected.value, ...expected.first, ...expected.second].entries()) {
      // 2·10⁻⁶ is what the error function of TensorFlow.js is worth in gelu; second derivatives of norms cancel.
      expectClose(read[i]!, want, { absolute: i === 0 ? 2e-6 : 1e-5, relative: 2e-5 });
    }
  } finally {
    for (const result of results) result.dispose();
  }
}
