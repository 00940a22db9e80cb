import { GenaiError, key } from '@genai/core';
import { owned } from '@genai/tensor';
import { concat, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  activation,
  batchNorm,
  conditionalNorm,
  dense,
  embedding,
  gated,
  groupNorm,
  gru,
  layerNorm,
  lstm,
  minibatchDeviation,
  multiHeadAttention,
  normalizeBatch,
  normalizeInstance,
  reshape,
  residual,
  rmsNorm,
} from './index.js';

test.each<[string, () => unknown]>([
  ['dense(2.5, 3): inputs must be an integer of at least 1, got 2.5.', () => dense(2.5, 3)],
  ['embedding(0, 3): vocabulary must be an integer of at least 1, got 0.', () => embedding(0, 3)],
  ['layerNorm(-1): width must be an integer of at least 1, got -1.', () => layerNorm(-1)],
  ['rmsNorm(NaN): width must be an integer of at least 1, got NaN.', () => rmsNorm(Number.NaN)],
  ['groupNorm(6): groups must divide the 6 channels, got 4.', () => groupNorm(6, { groups: 4 })],
  ['batchNorm(0): channels must be an integer of at least 1, got 0.', () => batchNorm(0)],
  ['conditionalNorm(0): channels must be', () => conditionalNorm(0, dense(3, 4))],
  ['minibatchDeviation: groupSize must be', () => minibatchDeviation({ groupSize: 0 })],
  ['gru(3, 0): width must be an integer of at least 1, got 0.', () => gru(3, 0)],
  ['lstm(0, 3): inputs must be an integer of at least 1, got 0.', () => lstm(0, 3)],
  ['multiHeadAttention(6): heads must divide the width 6, got 4.', () => multiHeadAttention(6, { heads: 4 })],
  ['reshape([2, 0]): each size must be an integer of at least 1, got 0.', () => reshape([2, 0])],
])('errors: %s', (message, make) => {
  expect(make).toThrow(GenaiError);
  expect(make).toThrow(message);
});

test('errors: residual needs a layer that keeps the shape', () => {
  const layer = residual(dense(3, 4));
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([2, 3]));
  expect(() => layer.apply(params, x)).toThrow('residual: got shape [2, 4], expected [2, 3].');
});

test('errors: gated needs two layers that give one shape', () => {
  const layer = gated(
    activation((x) => concat([x, x], 1)),
    dense(3, 5),
  );
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([2, 3]));
  expect(() => layer.apply(params, x)).toThrow('gated: got shape [2, 5], expected [2, 6].');
});

test('errors: embedding says how to make indices of floats', () => {
  const layer = embedding(3, 2);
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([4]));
  expect(() => layer.apply(params, x)).toThrow(
    "embedding(3, 2): got indices of dtype float32 and shape [4], expected int32. Use cast(indices, 'int32').",
  );
});

test('errors: conditionalNorm needs a scale and a shift for each channel', () => {
  const layer = conditionalNorm(4, dense(3, 4));
  using params = owned(layer.init(key(0)));
  using input = owned({ x: zeros([2, 4]), context: zeros([2, 3]) });
  expect(() => layer.apply(params, input)).toThrow(
    'conditionalNorm(4), the modulation: got shape [2, 4], expected [2, 8].',
  );
});

test('errors: what cannot be normalised, and a batch that does not fall into groups', () => {
  using vector = owned(zeros([6]));
  const expected = 'got shape [6], expected [batch, …, channels].';
  expect(() => normalizeBatch(vector)).toThrow(`normalizeBatch: ${expected}`);
  expect(() => normalizeInstance(vector)).toThrow(`normalizeInstance: ${expected}`);
  using six = owned(zeros([6, 2]));
  expect(() => minibatchDeviation().apply({}, six)).toThrow(
    'minibatchDeviation: got a batch of 6, expected a multiple of the group size 4.',
  );
});
