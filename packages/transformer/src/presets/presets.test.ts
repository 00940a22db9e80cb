import { disposeTree, key, leaves } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gemma2, gpt, gpt2, llama, qwen2, qwen3, type TransformerConfig, transformer } from '../index.js';

/** Parameters of a config of few layers, and what each further layer has: no need to make large models. */
function counted(config: TransformerConfig): { readonly all: number; readonly block: number } {
  const count = (layers: number): number => {
    const params = transformer({ ...config, layers, window: 0 }).init(key(0));
    const size = leaves<Tensor>(params).reduce((sum, [, leaf]) => sum + leaf.size, 0);
    disposeTree(params);
    return size;
  };
  const [one, two] = [count(1), count(2)];
  return { all: one + (config.layers - 1) * (two - one), block: two - one };
}

test('known answers: as many parameters as the models have', () => {
  // GPT-2 small but for its vocabulary and positions: 124,439,808 = 85,056,000 + (50,257 + 1,024) · 768
  const small = counted(gpt2({ vocabulary: 7, width: 768, layers: 12, heads: 12, context: 3 }));
  expect(small.all + (50_257 - 7 + 1_024 - 3) * 768).toBe(124_439_808);
  // Qwen 3 0.6 B: 440,467,456 beside its tied embedding of 151,936 · 1,024
  const qwen = counted(
    qwen3({
      vocabulary: 8,
      width: 1_024,
      layers: 28,
      heads: 16,
      keyHeads: 8,
      headWidth: 128,
      hidden: 3_072,
      context: 8,
      tied: true,
    }),
  );
  expect(qwen.all - 8 * 1_024).toBe(440_467_456);
});

test('known answers: what a preset sets can be set otherwise', () => {
  const sizes = { vocabulary: 5, width: 8, layers: 3, heads: 2, context: 4 };
  expect(llama(sizes).hidden).toBe(256);
  expect(llama({ ...sizes, hidden: 12 }).hidden).toBe(12);
  expect(qwen2(sizes).biases).toEqual({ qkv: true, output: false, feedForward: false });
  expect(gemma2({ ...sizes, window: 2 }).window).toEqual([2, 0, 2]);
  expect(gpt({ depth: 4, vocabulary: 5 })).toMatchObject({
    config: { width: 256, heads: 4, layers: 4 },
    learningRate: 1e-3,
  });
});
