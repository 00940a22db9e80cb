import { key, type Layer } from '@genai/core';
import { normalNoise, scope, silu, valueAndGrad } from '@genai/tensor';
import { layerLaws } from '@genai/testing/layer-laws';
import { sigmoid, type Tensor, tanh, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import {
  activation,
  batchNorm,
  type Conditioned,
  conditionalNorm,
  conv2d,
  conv2dTranspose,
  dense,
  depthwiseConv2d,
  downsample,
  dropout,
  embedding,
  flatten,
  gated,
  groupNorm,
  gru,
  layerNorm,
  lstm,
  minibatchDeviation,
  mlp,
  multiHeadAttention,
  normalizeInstance,
  reshape,
  residual,
  rmsNorm,
  sequential,
  spectralNorm,
  upsample,
} from './index.js';

// Second derivatives are checked of all but depthwiseConv2d, of which TensorFlow.js has only the first.

const x =
  (...shape: number[]) =>
  (): Tensor =>
    normalNoise(key(1), shape);
const wrong =
  (...shape: number[]) =>
  (): Tensor =>
    zeros(shape);
/** A conditional layer as one of x alone. */
const inContext = <P>(layer: Layer<Tensor, P, Conditioned>, context: () => Tensor): Layer<Tensor, P> => ({
  init: layer.init,
  apply: (params, x, k) => scope(() => layer.apply(params, { x, context: context() }, k)),
});

layerLaws('dense(3, 4)', () => ({
  layer: dense(3, 4),
  input: x(5, 3),
  output: [5, 4],
  wrong: wrong(5, 4),
  valueAndGrad,
}));
layerLaws('dense(3, 4)', () => ({
  layer: dense(3, 4, { bias: false }),
  input: x(2, 2, 5, 3),
  output: [2, 2, 5, 4],
  wrong: wrong(2, 3, 1),
  valueAndGrad,
}));
layerLaws('mlp([3, 6, 5, 2])', () => ({
  layer: mlp([3, 6, 5, 2]),
  input: x(4, 3),
  output: [4, 2],
  wrong: wrong(4, 2),
  valueAndGrad,
}));
layerLaws('mlp([3, 6, 5, 2])', () => ({
  layer: mlp([3, 6, 5, 2], { activation: tanh, dropout: 0.5 }),
  input: x(2, 4, 3),
  output: [2, 4, 2],
  wrong: wrong(2, 3, 4),
  stochastic: true,
  valueAndGrad,
}));
layerLaws('dense(3, 4)', () => ({
  layer: sequential(dense(3, 4), activation(tanh), dropout(0.5), dense(4, 2)),
  input: x(8, 3),
  output: [8, 2],
  wrong: wrong(8, 4),
  stochastic: true,
  valueAndGrad,
}));
layerLaws('activation', () => ({
  layer: activation(sigmoid),
  input: x(2, 3, 4),
  output: [2, 3, 4],
  wrong: 'a function of elements takes any shape',
  valueAndGrad,
}));

layerLaws('activation of the identity', () => ({
  layer: activation((x) => x),
  input: x(2, 3, 4),
  output: [2, 3, 4],
  wrong: 'a function of elements takes any shape',
  valueAndGrad,
}));
layerLaws('dropout', () => ({
  layer: dropout(0.4),
  input: x(5, 6),
  output: [5, 6],
  wrong: 'it takes any shape',
  stochastic: true,
  valueAndGrad,
}));
layerLaws('embedding(7, 3)', () => ({
  layer: embedding(7, 3),
  input: () => tensor2d([0, 6, 2, 2, 5, 1], [2, 3], 'int32'),
  output: [2, 3, 3],
  wrong: wrong(2, 3),
  valueAndGrad,
}));
layerLaws('residual', () => ({
  layer: residual(mlp([3, 5, 3], { dropout: 0.3 })),
  input: x(4, 3),
  output: [4, 3],
  wrong: 'the shapes are those of the layer inside; residual.test.ts has a layer that does not fit',
  stochastic: true,
  valueAndGrad,
}));
layerLaws('dense(3, 4)', () => ({
  layer: gated(dense(3, 4), dense(3, 4)),
  input: x(2, 5, 3),
  output: [2, 5, 4],
  wrong: wrong(2, 5, 4),
  valueAndGrad,
}));
layerLaws('flatten', () => ({
  layer: flatten(),
  input: x(2, 3, 4, 5),
  output: [2, 60],
  wrong: wrong(),
  valueAndGrad,
}));
layerLaws('reshape([3, 2, 1])', () => ({
  layer: reshape([3, 2, 1]),
  input: x(4, 6),
  output: [4, 3, 2, 1],
  wrong: wrong(6, 4),
  valueAndGrad,
}));
layerLaws('conv2d(2, 3)', () => ({
  layer: conv2d(2, 3),
  input: x(2, 5, 4, 2),
  output: [2, 5, 4, 3],
  wrong: wrong(2, 5, 4, 3),
  valueAndGrad,
}));
layerLaws('conv2d(2, 3)', () => ({
  layer: conv2d(2, 3, { kernel: [3, 2], strides: 2, padding: 'valid', bias: false }),
  input: x(2, 5, 6, 2),
  output: [2, 2, 3, 3],
  wrong: wrong(2, 6, 2),
  valueAndGrad,
}));
layerLaws('conv2d(2, 3)', () => ({
  layer: conv2d(2, 3, { dilation: 2 }),
  input: x(1, 4, 5, 2),
  output: [1, 4, 5, 3],
  wrong: wrong(1, 4, 5, 1),
  valueAndGrad,
}));
layerLaws('conv2dTranspose(2, 3)', () => ({
  layer: conv2dTranspose(2, 3, { kernel: 4, strides: 2 }),
  input: x(2, 3, 2, 2),
  output: [2, 6, 4, 3],
  wrong: wrong(2, 3, 2, 3),
  valueAndGrad,
}));
layerLaws('conv2dTranspose(2, 3)', () => ({
  layer: conv2dTranspose(2, 3, { kernel: [2, 3], padding: 1, bias: false }),
  input: x(1, 3, 3, 2),
  output: [1, 2, 3, 3],
  wrong: wrong(3, 3, 2),
  valueAndGrad,
}));
layerLaws('depthwiseConv2d(3)', () => ({
  layer: depthwiseConv2d(3, { multiplier: 2, strides: 2 }),
  input: x(2, 4, 4, 3),
  output: [2, 2, 2, 6],
  wrong: wrong(2, 4, 4, 6),
}));
layerLaws('depthwiseConv2d(3)', () => ({
  layer: depthwiseConv2d(3, { kernel: [5, 3], padding: 1, bias: false }),
  input: x(2, 4, 4, 3),
  output: [2, 2, 4, 3],
  wrong: wrong(2, 2, 4, 3),
}));
layerLaws('layerNorm(4)', () => ({
  layer: layerNorm(4),
  input: x(2, 3, 4),
  output: [2, 3, 4],
  wrong: wrong(2, 4, 3),
  valueAndGrad,
}));
layerLaws('rmsNorm(4)', () => ({
  layer: rmsNorm(4),
  input: x(2, 3, 4),
  output: [2, 3, 4],
  wrong: wrong(2, 4, 3),
  valueAndGrad,
}));
layerLaws('groupNorm(6)', () => ({
  layer: groupNorm(6, { groups: 2 }),
  input: x(2, 3, 2, 6),
  output: [2, 3, 2, 6],
  wrong: wrong(2, 3, 6, 2),
  valueAndGrad,
}));
layerLaws('batchNorm(3)', () => ({
  layer: batchNorm(3),
  input: x(2, 3, 2, 3),
  output: [2, 3, 2, 3],
  wrong: wrong(2, 3, 2),
  valueAndGrad,
}));
layerLaws('batchNorm(3)', () => ({
  layer: batchNorm(3, { epsilon: 0.1 }),
  input: x(5, 3),
  output: [5, 3],
  wrong: wrong(3),
  valueAndGrad,
}));
layerLaws('conditionalNorm(3)', () => ({
  layer: inContext(conditionalNorm(3, dense(4, 6)), x(2, 4)),
  input: x(2, 3, 2, 3),
  output: [2, 3, 2, 3],
  wrong: wrong(2, 3, 2, 4),
  valueAndGrad,
}));
layerLaws('conditionalNorm(3)', () => ({
  layer: inContext(conditionalNorm(3, embedding(2, 6), { normalize: normalizeInstance }), () =>
    tensor1d([1, 0, 1], 'int32'),
  ),
  input: x(3, 4, 3),
  output: [3, 4, 3],
  wrong: wrong(2, 4, 3),
  valueAndGrad,
}));
// The gradient of spectralNorm is exact where the iteration has ended. Of its second derivatives, those that a gradient penalty
// takes are held to PyTorch's in spectral-norm.test.ts.
layerLaws('dense(3, 4)', () => ({
  layer: spectralNorm(dense(3, 4), { iterations: 200 }),
  input: x(5, 3),
  output: [5, 4],
  wrong: wrong(5, 4),
}));
layerLaws('conv2dTranspose(2, 3)', () => ({
  layer: spectralNorm(conv2dTranspose(2, 3, { kernel: 2, strides: 2, bias: false }), { iterations: 200, outputs: -2 }),
  input: x(2, 3, 2, 2),
  output: [2, 6, 4, 3],
  wrong: wrong(2, 3, 2, 3),
}));
layerLaws('minibatchDeviation', () => ({
  layer: minibatchDeviation({ groupSize: 3 }),
  input: x(6, 2, 2, 3),
  output: [6, 2, 2, 4],
  wrong: wrong(5, 2, 2, 3),
  valueAndGrad,
}));
layerLaws('minibatchDeviation', () => ({
  layer: minibatchDeviation(),
  input: x(3, 5),
  output: [3, 6],
  wrong: wrong(5),
  valueAndGrad,
}));
layerLaws('upsample', () => ({
  layer: upsample(),
  input: x(2, 3, 2, 3),
  output: [2, 6, 4, 3],
  wrong: wrong(2, 3, 2),
  valueAndGrad,
}));
layerLaws('downsample', () => ({
  layer: downsample(),
  input: x(2, 4, 6, 3),
  output: [2, 2, 3, 3],
  wrong: wrong(2, 4, 5, 3),
  valueAndGrad,
}));
layerLaws('gru(3, 4)', () => ({
  layer: gru(3, 4),
  input: x(2, 3, 3),
  output: [2, 3, 4],
  wrong: wrong(2, 5, 4),
  valueAndGrad,
}));
layerLaws('lstm(3, 4)', () => ({
  layer: lstm(3, 4),
  input: x(2, 3, 3),
  output: [2, 3, 4],
  wrong: wrong(2, 0, 3),
  valueAndGrad,
}));
layerLaws('multiHeadAttention(6)', () => ({
  layer: multiHeadAttention(6, { heads: 3 }),
  input: x(2, 4, 6),
  output: [2, 4, 6],
  wrong: wrong(2, 4, 3),
  valueAndGrad,
}));
layerLaws('multiHeadAttention(6)', () => ({
  layer: multiHeadAttention(6, { heads: 2, causal: true, bias: false }),
  input: x(2, 4, 6),
  output: [2, 4, 6],
  wrong: wrong(4, 6),
  valueAndGrad,
}));
layerLaws('conv2d(1, 4)', () => ({
  layer: sequential(
    conv2d(1, 4, { strides: 2 }),
    groupNorm(4, { groups: 2 }),
    activation(silu),
    residual(sequential(conv2d(4, 4), activation(silu))),
    conv2dTranspose(4, 1, { kernel: 4, strides: 2 }),
  ),
  input: x(2, 8, 8, 1),
  output: [2, 8, 8, 1],
  wrong: wrong(2, 8, 8, 2),
  valueAndGrad,
}));
