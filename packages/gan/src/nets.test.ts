import { key, type Layer, mapLeaves } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { layerLaws } from '@genai/testing/layer-laws';
import { add, mul, type Tensor, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { vi } from 'vitest';
import { inContext } from '../test/layers.js';
import { conditionalR3gan, r3gan } from './r3gan.js';
import { conditionalResidualGan, residualGan } from './residual-gan.js';
import { styleGan } from './style-gan.js';
import type { StyleGeneratorParams } from './style-generator.js';

// Finite differences cannot cross the kinks of a deep net: its ReLUs are smooth here. Their own slopes are checked in @genai/tensor.
vi.mock('@genai/tensor', async (original) => {
  const all = await original<typeof import('@genai/tensor')>();
  const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
    all.scope(() => add(mul(x, slope), mul(all.softplus(x), 1 - slope)));
  return { ...all, leakyRelu };
});
vi.mock('@tensorflow/tfjs-core', async (original) => {
  const all = await original<typeof import('@tensorflow/tfjs-core')>();
  return { ...all, relu: (x: Tensor): Tensor => all.tidy(() => all.mul(x, all.sigmoid(x))) };
});

// Nor are they right for spectral norm of spectral norm where the iteration has not ended; that it is there is checked in residual-gan.test.ts.
vi.mock('@genai/nn', async (original) => {
  const all = await original<typeof import('@genai/nn')>();
  return { ...all, spectralNorm: <L>(layer: L): L => layer };
});

const codes = (): Tensor => normalNoise(key(1), [2, 3]);
const code = (): Tensor => normalNoise(key(1), [1, 3]);
const grey = (): Tensor => normalNoise(key(2), [2, 8, 8, 1]);
const colour = (): Tensor => normalNoise(key(2), [2, 8, 8, 2]);
const labels = (): Tensor => tensor1d([1, 0], 'int32');
const ofClass = <P>(layer: Layer<Tensor, P, Conditioned>): Layer<Tensor, P> => inContext(layer, labels);

const tinyResidual = { size: 8, channels: 1, width: 2, latents: 3 };
layerLaws('dense(3, 64)', () => ({
  layer: residualGan(tinyResidual).generator,
  input: codes,
  output: [2, 8, 8, 1],
  wrong: () => zeros([3, 4]),
}));
layerLaws('residualGan: images', () => ({
  layer: residualGan(tinyResidual).critic,
  input: grey,
  output: [2, 1],
  wrong: () => zeros([2, 4, 4, 1]),
}));
layerLaws('dense(3, 64)', () => ({
  layer: ofClass(conditionalResidualGan({ ...tinyResidual, classes: 2 }).generator),
  input: codes,
  output: [2, 8, 8, 1],
  wrong: () => zeros([3, 4]),
}));
layerLaws('conditionalResidualGan: images', () => ({
  layer: ofClass(conditionalResidualGan({ ...tinyResidual, classes: 2 }).critic),
  input: grey,
  output: [2, 1],
  wrong: () => zeros([2, 8, 8, 2]),
}));

const tinyR3gan = { size: 8, channels: 2, width: 1, latents: 3 };
layerLaws('dense(3, 2)', () => ({
  layer: r3gan(tinyR3gan).generator,
  input: codes,
  output: [2, 8, 8, 2],
  wrong: () => zeros([3, 4]),
}));
layerLaws('r3gan: images', () => ({
  layer: r3gan(tinyR3gan).critic,
  input: colour,
  output: [2, 1],
  wrong: () => zeros([2, 8, 8, 1]),
  valueAndGrad,
}));
layerLaws('dense(5, 2)', () => ({
  layer: ofClass(conditionalR3gan({ ...tinyR3gan, classes: 2, embedded: 2 }).generator),
  input: codes,
  output: [2, 8, 8, 2],
  wrong: () => zeros([2, 4]),
}));
layerLaws('conditionalR3gan: images', () => ({
  layer: ofClass(conditionalR3gan({ ...tinyR3gan, classes: 2 }).critic),
  input: colour,
  output: [2, 1],
  wrong: () => zeros([2, 16, 16, 2]),
  valueAndGrad,
}));

const tinyStyle = { size: 8, channels: 2, width: 2, latents: 3, style: 2, depth: 1 };
layerLaws('mlp([3, 2])', () => {
  const { init, apply } = styleGan(tinyStyle).generator;
  // Noise has no strength at first.
  const strong = (leaf: Tensor, path: string): Tensor => add(leaf, path.endsWith('noise') ? 0.5 : 0);
  const layer: Layer<Tensor, StyleGeneratorParams> = {
    init: (k) => scope(() => mapLeaves<Tensor, StyleGeneratorParams>(init(k), strong)),
    apply,
  };
  return { layer, input: code, output: [1, 8, 8, 2], wrong: () => zeros([3, 4]), stochastic: true };
});
layerLaws('styleGan: images', () => ({
  layer: styleGan(tinyStyle).critic,
  input: colour,
  output: [2, 1],
  wrong: () => zeros([2, 8, 8, 1]),
  valueAndGrad,
}));
