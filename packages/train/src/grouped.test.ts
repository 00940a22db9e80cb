import { scope } from '@genai/tensor';
import { optimizerLaws } from '@genai/testing/optimizer-laws';
import { scalar, tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adam } from './adam.js';
import { grouped } from './grouped.js';
import { sgd } from './sgd.js';

optimizerLaws('grouped', () => ({
  optimizer: grouped({ when: (_, leaf) => leaf.rank === 2, optimizer: sgd(0.3) }, { optimizer: adam(0.05) }),
}));

test('known answers: each leaf is moved by the first group that takes it', () => {
  scope(() => {
    const params = { a: { x: tensor([0]) }, b: tensor([0]), c: tensor([0]) };
    const grad = { c: tensor([1]), a: { x: tensor([1]) }, b: tensor([1]) };
    const optimizer = grouped(
      { when: (path) => path.startsWith('a.'), optimizer: sgd(1) },
      { when: (path) => path !== 'c', optimizer: sgd(2) },
      { optimizer: sgd(3) },
    );
    const made = optimizer.update(grad as never, optimizer.init(params), params, scalar(0)).params as typeof params;
    expect([made.a.x, made.b, made.c].map((leaf) => leaf.dataSync()[0])).toEqual([-1, -2, -3]);
    return {};
  });
});

test('errors: a leaf that no group takes', () => {
  scope(() => {
    const some = grouped({ when: (path) => path === 'a', optimizer: sgd(1) });
    expect(() => some.init({ a: tensor([1]), b: tensor([2]) })).toThrow('no group takes "b"');
    return {};
  });
});
