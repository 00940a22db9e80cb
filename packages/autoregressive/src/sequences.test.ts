import { disposeTree, key } from '@genai/core';
import { gru } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { exp, sum, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { recurrentNet } from './recurrent/recurrent-net.js';
import { sequences } from './sequences.js';
import { tokenModel } from './token-model.js';

const model = tokenModel({ vocabulary: 3, net: recurrentNet(gru(4, 5)), beginToken: 1 });
const words = sequences(model, { length: 4 });
const ALL = Array.from({ length: 81 }, (_, i) => [27, 9, 3, 1].map((d) => Math.floor(i / d) % 3));

modelLaws('sequences', () => ({
  model: words,
  context: () => undefined,
  data: () => tensor2d(ALL.slice(20, 30), [10, 4], 'int32'),
}));

describe('known answers: sequences', () => {
  test('the probabilities of all sequences of a length sum to 1', () => {
    const params = words.init(key(3));
    tidy(() => {
      const p = exp(words.given(params).logProb(tensor2d(ALL, [81, 4], 'int32'))); // (81)
      expectClose(sum(p), [1], { absolute: 1e-5 });
    });
    disposeTree(params);
  });

  test('draws come as often as their probabilities say', () => {
    const params = words.init(key(3));
    tidy(() => {
      const p = exp(words.given(params).logProb(tensor2d(ALL, [81, 4], 'int32'))).dataSync();
      const draws = words.given(params).sample(key(4), [20_000]).arraySync() as number[][];
      const counts = new Array<number>(81).fill(0);
      for (const [a, b, c, d] of draws as [number, number, number, number][]) counts[27 * a + 9 * b + 3 * c + d]! += 1;
      // Pearson's χ² of 80 degrees of freedom is below 125 in 99.9 % of cases.
      const chi = counts.reduce((s, n, i) => s + (n - 20_000 * p[i]!) ** 2 / (20_000 * p[i]!), 0);
      expect(chi).toBeLessThan(125);
    });
    disposeTree(params);
  });

  test('errors: no begin, another length', () => {
    const lone = tokenModel({ vocabulary: 3, net: recurrentNet(gru(4, 5)) });
    expect(() => sequences(lone, { length: 4 })).toThrow('no `begin`');
    const params = words.init(key(3));
    tidy(() => {
      expect(() => words.given(params).logProb(tensor2d([[0, 1]], [1, 2], 'int32'))).toThrow('sequences.logProb');
    });
    disposeTree(params);
  });
});
