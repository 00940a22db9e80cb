import { disposeTree, key, leaves, type Tree } from '@genai/core';
import { slice, type Tensor, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { dense, gated, gru, lstm, mlp, multiHeadAttention, residual, sequential } from './index.js';

test.each<[name: string, init: () => Tree<Tensor>, blocks: number]>([
  ['sequential', () => sequential(dense(4, 4), residual(dense(4, 4)), dense(4, 4)).init(key(0)), 3],
  ['mlp', () => mlp([4, 4, 4]).init(key(0)), 2],
  ['gated', () => gated(dense(4, 4), dense(4, 4)).init(key(0)), 2],
  ['gru', () => gru(4, 4).init(key(0)), 6],
  ['lstm', () => lstm(4, 4).init(key(0)), 8],
  ['multiHeadAttention', () => multiHeadAttention(4, { heads: 2 }).init(key(0)), 4],
])('%s: every weight, and every gate of one, is drawn from its own key', (_name, init, blocks) => {
  const params = init();
  const weights = leaves<Tensor>(params).filter(([path]) => path.endsWith('weight'));
  const seen = new Set<string>();
  for (const [, weight] of weights) {
    for (let column = 0; column < weight.shape[1]!; column += 4) {
      seen.add(tidy(() => String(slice(weight, [0, column], [4, 4]).dataSync())));
    }
  }
  expect(seen.size).toBe(blocks);
  disposeTree(params);
});
