import { type Key, key, threefry2x32 } from '@genai/core';
import { checkGradients } from '@genai/testing/check-gradients';
import { add, mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { attention } from '../src/ops/attention.js';
import { concatElu } from '../src/ops/concat-elu.js';
import { conv2d } from '../src/ops/conv2d.js';
import { conv2dTranspose } from '../src/ops/conv2d-transpose.js';
import { elu } from '../src/ops/elu.js';
import { gatedActivation } from '../src/ops/gated-activation.js';
import { gatedSigmoid } from '../src/ops/gated-sigmoid.js';
import { gather } from '../src/ops/gather.js';
import { gelu } from '../src/ops/gelu.js';
import { groupNorm } from '../src/ops/group-norm.js';
import { groupedAttention } from '../src/ops/grouped-attention.js';
import { layerNorm } from '../src/ops/layer-norm.js';
import { leakyRelu } from '../src/ops/leaky-relu.js';
import { linear } from '../src/ops/linear.js';
import { linearScan } from '../src/ops/linear-scan.js';
import { logSigmoid } from '../src/ops/log-sigmoid.js';
import { logSumExp } from '../src/ops/log-sum-exp.js';
import { recomputed } from '../src/ops/recomputed.js';
import { reorder } from '../src/ops/reorder.js';
import { rmsNorm } from '../src/ops/rms-norm.js';
import { rotary } from '../src/ops/rotary.js';
import { selfAttention } from '../src/ops/self-attention.js';
import { silu } from '../src/ops/silu.js';
import { softmaxCrossEntropy } from '../src/ops/softmax-cross-entropy.js';
import { softplus } from '../src/ops/softplus.js';
import { scope } from '../src/scope.js';
import { valueAndGrad } from '../src/value-and-grad.js';

/** An input, written on the host so that every engine starts from the same numbers. */
export type Host = {
  readonly values: Float32Array | Int32Array;
  readonly shape: number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
};

/** One use of an op. */
export type OpCase = {
  readonly name: string;
  readonly run: (...inputs: Tensor[]) => Tensor;
  /** Away from kinks, of size 0.1 to 2. */
  readonly inputs: readonly Host[];
};

/**
 * Holds the first and second derivatives of a case against finite differences, on the engine that is current.
 *
 * The op is followed by y + 0.3 y², so that what flows back into it depends on its inputs, as it does in a network.
 *
 * @throws Error where they differ.
 */
export async function checkCase({ run, inputs }: OpCase): Promise<void> {
  const tensors = inputs.map(({ values, shape, dtype }) => tensor(values, shape, dtype));
  const bent = (...xs: Tensor[]): Tensor => {
    const y = run(...xs);
    return add(y, mul(squared(y), 0.3));
  };
  try {
    await checkGradients(bent, tensors, { order: 2, valueAndGrad });
  } finally {
    for (const input of tensors) input.dispose();
  }
}

/**
 * Every op in the ways it is used: checked on the cpu engine beside this file, and by the engine sheet on every engine.
 */
export function opCases(): OpCase[] {
  return [
    { name: 'softplus', run: (x) => softplus(x), inputs: [floats([3, 4])] },
    { name: 'logSigmoid', run: (x) => logSigmoid(x), inputs: [floats([3, 4])] },
    {
      name: 'logSigmoid of what was computed',
      run: (x) => scope(() => logSigmoid(mul(x, 2))),
      inputs: [floats([3, 4])],
    },
    { name: 'silu', run: (x) => silu(x), inputs: [floats([3, 4])] },
    { name: 'gelu', run: (x) => gelu(x), inputs: [floats([3, 4])] },
    { name: 'gelu, approximate', run: (x) => gelu(x, { approximate: true }), inputs: [floats([3, 4])] },
    {
      name: 'recomputed',
      run: (x, filter) => recomputed(([x, filter]) => conv2d(concatElu(x), filter), [x!, filter!] as const),
      inputs: [floats([2, 3, 4, 2]), floats([3, 3, 4, 2], 1)],
    },
    { name: 'reorder', run: (x) => reorder(x, [2, 0, 3, 1]), inputs: [floats([3, 4])] },
    { name: 'leakyRelu', run: (x) => leakyRelu(x, 0.2), inputs: [floats([3, 4])] },
    { name: 'elu', run: (x) => elu(x), inputs: [floats([3, 4])] },
    { name: 'concatElu', run: (x) => concatElu(x), inputs: [floats([3, 4])] },
    { name: 'gatedSigmoid', run: (x) => gatedSigmoid(x), inputs: [floats([3, 4])] },
    {
      name: 'linear',
      run: (x, weight, bias) => linear(x, weight, bias),
      inputs: [floats([3, 4]), floats([4, 5], 1), floats([5], 2)],
    },
    {
      name: 'linear over leading axes, without bias',
      run: (x, weight) => linear(x, weight),
      inputs: [floats([2, 3, 4]), floats([4, 5], 1)],
    },
    {
      name: 'linearScan',
      run: (a, b, start) => scope(() => linearScan(mul(a, 0.7), b, start)),
      inputs: [floats([2, 5, 3]), floats([2, 5, 3], 1), floats([2, 3], 2)],
    },
    {
      name: 'linearScan of one time step',
      run: (a, b, start) => linearScan(a, b, start),
      inputs: [floats([2, 1, 3]), floats([2, 1, 3], 1), floats([2, 3], 2)],
    },
    { name: 'logSumExp over all', run: (x) => logSumExp(x), inputs: [floats([3, 4])] },
    { name: 'logSumExp over the last axis', run: (x) => logSumExp(x, -1), inputs: [floats([2, 3, 4])] },
    { name: 'logSumExp over two axes, kept', run: (x) => logSumExp(x, [0, 2], true), inputs: [floats([2, 3, 4])] },
    {
      name: 'layerNorm',
      run: (x, scale, shift) => layerNorm(x, scale, shift),
      inputs: [floats([2, 3, 8]), floats([8], 1), floats([8], 2)],
    },
    { name: 'rmsNorm', run: (x, scale) => rmsNorm(x, scale), inputs: [floats([2, 3, 8]), floats([8], 1)] },
    {
      name: 'groupNorm',
      run: (x, scale, shift) => groupNorm(x, scale, shift, { groups: 3 }),
      inputs: [floats([2, 3, 2, 6]), floats([6], 1), floats([6], 2)],
    },
    {
      name: 'softmaxCrossEntropy',
      run: (logits, labels) => softmaxCrossEntropy(logits, labels),
      inputs: [floats([2, 3, 5]), integers([0, 4, 2, 2, 1, 3], [2, 3])],
    },
    { name: 'attention', run: (q, k, v) => attention(q, k, v), inputs: queries(3, 4) },
    { name: 'attention, causal', run: (q, k, v) => attention(q, k, v, { causal: true }), inputs: queries(4, 4) },
    {
      name: 'attention, causal behind cached keys',
      run: (q, k, v) => attention(q, k, v, { causal: true, scale: 0.7 }),
      inputs: queries(2, 4),
    },
    {
      name: 'attention, masked with an empty row',
      run: (q, k, v, mask) => attention(q, k, v, { mask }),
      inputs: [...queries(3, 4), { ...integers([1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 1, 0], [3, 4]), dtype: 'bool' }],
    },
    ...[false, true].map(
      (causal): OpCase => ({
        name: `selfAttention, causal ${causal}`,
        run: (projected) => selfAttention(projected, { heads: 2, causal }),
        inputs: [floats([2, 5, 18])],
      }),
    ),
    ...[{ keyHeads: 1 }, { keyHeads: 2, window: 2 }, { keyHeads: 1, scoreCap: 2, slopes: [0.3, 0.1] }].map(
      (options): OpCase => ({
        name: `groupedAttention, ${JSON.stringify(options)}`,
        run: (projected) => groupedAttention(projected, { heads: 2, ...options }),
        inputs: [floats([2, 5, (2 + 2 * options.keyHeads) * 3])],
      }),
    ),
    ...[{}, { window: 3 }].map(
      (rules): OpCase => ({
        name: `groupedAttention, documents side by side, ${JSON.stringify(rules)}`,
        run: (projected, reach) => groupedAttention(projected, { heads: 2, keyHeads: 1, ...rules, reach }),
        inputs: [floats([2, 5, 12]), integers([0, 1, 2, 0, 1, 0, 0, 1, 2, 3], [2, 5])],
      }),
    ),
    ...[false, true].map(
      (interleaved): OpCase => ({
        name: `rotary, interleaved ${interleaved}`,
        run: (x) => rotary(x, { width: 5, heads: 2, frequencies: [0.9, 0.2], interleaved, behind: 3 }),
        inputs: [floats([2, 3, 15])],
      }),
    ),
    ...(['gelu', 'gelu-tanh', 'silu'] as const).map(
      (activation): OpCase => ({
        name: `gatedActivation, ${activation}`,
        run: (x) => gatedActivation(x, activation),
        inputs: [floats([3, 8])],
      }),
    ),
    {
      name: 'gather with repeated rows',
      run: (table, indices) => gather(table, indices),
      inputs: [floats([5, 3]), integers([4, 0, 4, 2, 4, 1], [2, 3])],
    },
    {
      name: 'gather from a vector',
      run: (table, indices) => gather(table, indices),
      inputs: [floats([5]), integers([3, 3, 0], [3])],
    },
    ...(['same', 'valid', 1] as const).flatMap((padding): OpCase[] => [
      {
        name: `conv2d, padding ${padding}, stride 1`,
        run: (x, filter) => conv2d(x, filter, { padding }),
        inputs: [floats([2, 4, 5, 2]), floats([3, 2, 2, 3], 1)],
      },
      {
        name: `conv2d, padding ${padding}, stride 2`,
        run: (x, filter) => conv2d(x, filter, { padding, strides: 2 }),
        inputs: [floats([2, 5, 4, 2]), floats([3, 3, 2, 3], 1)],
      },
      {
        name: `conv2d, padding ${padding}, dilation 2`,
        run: (x, filter) => conv2d(x, filter, { padding, dilation: 2 }),
        inputs: [floats([2, 5, 6, 2]), floats([2, 3, 2, 3], 1)],
      },
      {
        name: `conv2dTranspose, padding ${padding}, stride 2`,
        run: (x, filter) => conv2dTranspose(x, filter, { padding, strides: 2 }),
        inputs: [floats([2, 3, 2, 3]), floats([4, 3, 2, 3], 1)],
      },
    ]),
  ];
}

function queries(time: number, length: number): Host[] {
  return [floats([2, 2, time, 4]), floats([2, 2, length, 4], 1), floats([2, 2, length, 3], 2)];
}

function squared(x: Tensor): Tensor {
  return mul(x, x);
}

const SEED: Key = key(7);

/** Uniform on ±(0.1, 2), as kinks are at 0. */
function floats(shape: number[], stream = 0): Host {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => {
    const [bits, sign] = threefry2x32(SEED, stream, i);
    return (0.1 + 1.9 * (bits / 2 ** 32)) * (sign & 1 ? 1 : -1);
  });
  return { values, shape, dtype: 'float32' };
}

function integers(values: number[], shape: number[]): Host {
  return { values: Int32Array.from(values), shape, dtype: 'int32' };
}
