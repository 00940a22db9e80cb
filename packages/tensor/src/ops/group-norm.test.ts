import { GenaiError } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, ones, tensor3d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { groupNorm } from './group-norm.js';

test('known answers: each example and group on its own', () => {
  // (batch 1, positions 2, channels 4); the groups are channels 0 and 1, and 2 and 3.
  const x = tensor3d([[[1, 1, 100, 300], [3, 3, 100, 300]]]); // biome-ignore format: one row a position
  const [scale, shift] = [ones([4]), zeros([4])];
  const y = groupNorm(x, scale, shift, { groups: 2 });
  expectClose(y, [-1, -1, -1, 1, 1, 1, -1, 1], { absolute: 1e-4 });
  dispose([x, scale, shift, y]);
});

test('errors: groups that do not divide the channels, shapes that do not fit', () => {
  const [x, scale, other] = [zeros([1, 2, 2, 6]), zeros([6]), zeros([4])];
  expect(() => groupNorm(x, scale, scale, { groups: 4 })).toThrow(GenaiError);
  expect(() => groupNorm(x, scale, scale, { groups: 4 })).toThrow(/6 channels cannot be parted into 4 groups/);
  expect(() => groupNorm(x, scale, scale, { groups: 0 })).toThrow(GenaiError);
  expect(() => groupNorm(x, other, scale, { groups: 2 })).toThrow('groupNorm: scale: got shape [4], expected [6].');
  expect(() => groupNorm(scale, scale, scale, { groups: 2 })).toThrow('groupNorm: x: got shape [6]');
  dispose([x, scale, other]);
});
