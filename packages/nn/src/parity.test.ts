import { scope } from '@genai/tensor';
import { type Tensor, type TensorLike, tensor, tensor1d, transpose } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import goldenBatchNorm from '../golden/batch-norm.json' with { type: 'json' };
import goldenConditionalNorm from '../golden/conditional-norm.json' with { type: 'json' };
import goldenConv2d from '../golden/conv2d.json' with { type: 'json' };
import goldenConv2dTranspose from '../golden/conv2d-transpose.json' with { type: 'json' };
import goldenDense from '../golden/dense.json' with { type: 'json' };
import goldenGroupNorm from '../golden/group-norm.json' with { type: 'json' };
import goldenGru from '../golden/gru.json' with { type: 'json' };
import goldenLstm from '../golden/lstm.json' with { type: 'json' };
import goldenDeviation from '../golden/minibatch-deviation.json' with { type: 'json' };
import goldenAttention from '../golden/multi-head-attention.json' with { type: 'json' };
import {
  batchNorm,
  conditionalNorm,
  conv2d,
  conv2dTranspose,
  dense,
  groupNorm,
  gru,
  lstm,
  minibatchDeviation,
  multiHeadAttention,
  normalizeInstance,
} from './index.js';

// The values in golden/ are PyTorch's, weights in its own layout; golden/generate.py makes them.

test('parity: dense with nn.Linear', () => {
  const { weights, x, y } = goldenDense;
  expectClose(() => dense(3, 4).apply(fromLinear(weights.weight, weights.bias), tensor(x)), y);
});

test.each(goldenConv2d.cases)(
  'parity: conv2d with nn.Conv2d, kernel $kernel, strides $strides, padding $padding',
  (c) => {
    const layer = conv2d(2, 3, { kernel: pair(c.kernel), strides: c.strides, padding: c.padding });
    // (outputs, inputs, height, width) → (height, width, inputs, outputs)
    const params = () => ({ weight: transpose(tensor(c.weights.weight), [2, 3, 1, 0]), bias: tensor(c.weights.bias) });
    expectClose(() => layer.apply(params(), tensor(c.x)), c.y);
  },
);

test.each(goldenConv2dTranspose.cases)(
  'parity: conv2dTranspose with nn.ConvTranspose2d, kernel $kernel, strides $strides, padding $padding',
  (c) => {
    const layer = conv2dTranspose(2, 3, { kernel: pair(c.kernel), strides: c.strides, padding: c.padding });
    // (inputs, outputs, height, width) → (height, width, outputs, inputs)
    const params = () => ({ weight: transpose(tensor(c.weights.weight), [2, 3, 1, 0]), bias: tensor(c.weights.bias) });
    expectClose(() => layer.apply(params(), tensor(c.x)), c.y);
  },
);

test('parity: gru with nn.GRU, from a state given, all at once and step by step', () => {
  const { weights, x, hidden, y, lastHidden } = goldenGru;
  const layer = gru(3, 4);
  const params = () => fromRecurrent(weights);
  expectClose(() => layer.run(params(), tensor(x), { hidden: tensor(hidden) }).output, y);
  expectClose(() => layer.run(params(), tensor(x), { hidden: tensor(hidden) }).state.hidden, lastHidden);
  expectClose(() => {
    const p = params();
    let state = { hidden: tensor(hidden) as Tensor };
    for (const step of stepsOf(x)) state = layer.cell.apply(p, { x: tensor(step), state });
    return state.hidden;
  }, lastHidden);
});

test('parity: lstm with nn.LSTM, from a state given, all at once and step by step', () => {
  const { weights, x, hidden, cell, y, lastHidden, lastCell } = goldenLstm;
  const layer = lstm(3, 4);
  const params = () => fromRecurrent(weights);
  const start = () => ({ hidden: tensor(hidden) as Tensor, cell: tensor(cell) as Tensor });
  expectClose(() => layer.run(params(), tensor(x), start()).output, y);
  expectClose(() => layer.run(params(), tensor(x), start()).state.hidden, lastHidden);
  expectClose(() => layer.run(params(), tensor(x), start()).state.cell, lastCell);
  expectClose(() => {
    const p = params();
    let state = start();
    for (const step of stepsOf(x)) state = layer.cell.apply(p, { x: tensor(step), state });
    return state.cell;
  }, lastCell);
});

test('parity: multiHeadAttention with nn.MultiheadAttention, without and with a causal mask', () => {
  const { weights, x, y, causal } = goldenAttention;
  const params = () => ({
    qkv: fromLinear(weights.in_proj_weight, weights.in_proj_bias),
    output: fromLinear(weights['out_proj.weight'], weights['out_proj.bias']),
  });
  expectClose(() => multiHeadAttention(6, { heads: 3 }).apply(params(), tensor(x)), y);
  expectClose(() => multiHeadAttention(6, { heads: 3, causal: true }).apply(params(), tensor(x)), causal);
});

test('parity: groupNorm with nn.GroupNorm', () => {
  const { weights, x, y } = goldenGroupNorm;
  const params = () => ({ scale: tensor1d(weights.weight), shift: tensor1d(weights.bias) });
  expectClose(() => groupNorm(4, { groups: 2 }).apply(params(), tensor(x)), y);
});

test('parity: batchNorm with nn.BatchNorm2d while training', () => {
  const { weights, x, y } = goldenBatchNorm;
  const params = () => ({ scale: tensor1d(weights.weight), shift: tensor1d(weights.bias) });
  expectClose(() => batchNorm(3).apply(params(), tensor(x)), y);
});

test('parity: conditionalNorm with F.batch_norm and F.instance_norm between affine maps of the context', () => {
  const { weights, x, context, batch, instance } = goldenConditionalNorm;
  const input = () => ({ x: tensor(x), context: tensor(context) });
  const params = () => fromLinear(weights.weight, weights.bias);
  const adaptive = { normalize: normalizeInstance };
  expectClose(() => conditionalNorm(3, dense(5, 6)).apply(params(), input()), batch);
  expectClose(() => conditionalNorm(3, dense(5, 6), adaptive).apply(params(), input()), instance);
});

test('parity: minibatchDeviation with the same in PyTorch', () => {
  const { x, y } = goldenDeviation;
  expectClose(() => minibatchDeviation({ groupSize: 3 }).apply({}, tensor(x)), y);
});

/** (outputs, inputs) → (inputs, outputs). */
function fromLinear(weight: TensorLike, bias: number[]): { weight: Tensor; bias: Tensor } {
  return { weight: transpose(tensor(weight)), bias: tensor1d(bias) };
}

function fromRecurrent(weights: {
  weight_ih_l0: number[][];
  bias_ih_l0: number[];
  weight_hh_l0: number[][];
  bias_hh_l0: number[];
}): { [part in 'input' | 'hidden']: { weight: Tensor; bias: Tensor } } {
  return {
    input: fromLinear(weights.weight_ih_l0, weights.bias_ih_l0),
    hidden: fromLinear(weights.weight_hh_l0, weights.bias_hh_l0),
  };
}

/** (batch, time, inputs) → time × (batch, inputs). */
function stepsOf(x: number[][][]): number[][][] {
  return x[0]!.map((_, time) => x.map((row) => row[time]!));
}

function pair(value: number | number[]): number | [number, number] {
  return typeof value === 'number' ? value : [value[0]!, value[1]!];
}

function expectClose(make: () => Tensor, want: TensorLike): void {
  const [got, expected] = scope(() => [make(), tensor(want)]) as [Tensor, Tensor];
  expect(got.shape).toEqual(expected.shape);
  const wanted = expected.dataSync();
  const error = Math.max(...got.dataSync().map((value, i) => Math.abs(value - wanted[i]!)));
  expect(error).toBeLessThan(1e-5);
  got.dispose();
  expected.dispose();
}
