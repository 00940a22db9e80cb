import { generate, generateBatch, nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, randomIntegers } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { concat, memory, reshape, slice, stack, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gpt, gpt2, llama, type TransformerConfig, transformer } from './index.js';

const SIZES = { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 24, hidden: 24 };
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  gpt2: gpt2(SIZES),
  'gpt2 without biases': gpt2({ ...SIZES, biases: { qkv: false, output: false, feedForward: false, norms: false } }),
  llama: llama({ ...SIZES, keyHeads: 2 }),
  gpt: gpt({ depth: 2, vocabulary: 11, context: 24 }).config,
  'alibi, multi-query, windows': gpt2({ ...SIZES, positions: { kind: 'alibi' }, keyHeads: 1, window: [3, 0] }),
  'norms behind, score and logit caps, half turned': gpt2({
    ...SIZES,
    ...{ placement: 'post', scoreCap: 2, logitCap: 3, positions: { kind: 'rotary', share: 0.5, interleaved: true } },
  }),
  'norms on both sides, head width, embedding scale': llama({
    ...SIZES,
    ...{ placement: 'both', headWidth: 6, embeddingScale: 4, activation: 'gelu-tanh', scoreScale: 0.3 },
  }),
};

const tokens = (rows: number, time: number): Tensor =>
  tensor2d(Int32Array.from(randomIntegers(key(3), rows * time, { min: 0, max: 11 })), [rows, time], 'int32');

describe.each(Object.entries(CONFIGS))('laws of a transformer: %s', (_, config) => {
  const model = transformer(config);

  test('a run, pieces of it, and steps give the same, with and without room', () => {
    const before = memory().numTensors;
    const params = model.init(key(0));
    scope(() => {
      const x = tokens(3, 9);
      const whole = model.run(params, x, model.start(params, 3)).next.logits;
      for (const room of [0, 9, 12]) {
        const begin = model.start(params, 3);
        let state = room ? model.reserve!(begin, room) : begin;
        const first = model.run(params, slice(x, [0, 0], [3, 4]), state);
        state = first.state;
        const made = [];
        for (let t = 4; t < 8; t++) {
          const one = model.step(params, reshape(slice(x, [0, t], [3, 1]), [3]), state);
          made.push(one.next.logits);
          state = one.state;
        }
        const last = model.runToLast!(params, slice(x, [0, 8], [3, 1]), state);
        const all = concat([first.next.logits, stack([...made, last.next.logits], 1)], 1);
        expectClose(all, whole, { absolute: 1e-5 });
      }
      return {};
    });
    disposeTree(params);
    expect(memory().numTensors).toBe(before);
  });

  test('every parameter has a gradient, and nothing is left over', () => {
    const before = memory().numTensors;
    const params = model.init(key(0));
    const x = tokens(2, 8);
    const { values, grad } = valueAndGrad((p) => nll(model).loss(p, x, key(1), undefined as never), params);
    for (const [path, leaf] of leaves<Tensor>(grad)) {
      if (path.startsWith('positions')) continue; // of the rows used alone
      expect(Math.max(...leaf.dataSync()), path).toBeGreaterThan(0);
    }
    for (const tree of [values, grad, params, x]) disposeTree(tree);
    expect(memory().numTensors).toBe(before);
  });

  test('drawing one by one and in a batch gives the same tokens, and stops at the context', async () => {
    const params = model.init(key(0));
    const prompts = [[1, 2, 3], [4], [5, 6]];
    const options = { steps: 100, greedy: true, key: key(1) };
    const alone = [];
    for (const prompt of prompts) alone.push(await generate(model, params, { ...options, prompt }).result);
    const together = await generateBatch(model, params, { ...options, prompts }).result;
    expect(together.map(({ tokens }) => tokens)).toEqual(alone.map(({ tokens }) => tokens));
    expect(alone.map(({ tokens }) => tokens.length)).toEqual([22, 24, 23]);
    expect(alone[0]!.stopped).toBe('longest');
    disposeTree(params);
  });
});

test('errors: what does not fit together', () => {
  expect(() => transformer(gpt2({ ...SIZES, heads: 3 }))).toThrow('heads must divide the width 16, got 3');
  expect(() => transformer(gpt2({ ...SIZES, keyHeads: 3 }))).toThrow('keyHeads must divide the 4 heads, got 3');
  expect(() => transformer(gpt2({ ...SIZES, window: [1] }))).toThrow('one for each of 2 layers');
  const model = transformer(gpt2(SIZES));
  const params = model.init(key(0));
  const x = tokens(1, 25);
  const state = model.start(params, 1);
  expect(() => model.run(params, x, state)).toThrow('more than the context of 24');
  disposeTree([params, x, state]);
});
