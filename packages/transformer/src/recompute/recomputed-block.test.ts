import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, randomIntegers, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gpt2, llama, qwen3, type TransformerConfig, transformer } from '../index.js';

const SIZES = { vocabulary: 11, width: 16, layers: 3, heads: 4, context: 12, hidden: 24 };
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  'gpt2 with dropout': gpt2({ ...SIZES, dropout: 0.2 }),
  'llama of grouped queries': llama({ ...SIZES, keyHeads: 2, placement: 'both' }),
  'qwen3 with windows': qwen3({ ...SIZES, window: [3, 0, 3] }),
};

const tokens = (): Tensor =>
  tensor2d(Int32Array.from(randomIntegers(key(3), 3 * 9, { min: 0, max: 11 })), [3, 9], 'int32');

test.each(Object.entries(CONFIGS))('laws: recomputed, the loss and every gradient are the same: %s', (_, config) => {
  const before = memory().numTensors;
  const x = tokens();
  const [plain, spared] = [transformer(config), transformer(config, { recompute: true })];
  const params = plain.init(key(0));
  const of = (model: typeof plain) =>
    valueAndGrad((p: typeof params) => nll(model).loss(p, x, key(1), undefined as never), params);
  const [want, got] = [of(plain), of(spared)];
  expectClose(got.values.loss!, want.values.loss!, { absolute: 1e-6 });
  const slopes = new Map(leaves<Tensor>(want.grad as Tree<Tensor>));
  for (const [path, slope] of leaves<Tensor>(got.grad as Tree<Tensor>)) {
    expectClose(slope, slopes.get(path)!, { absolute: 1e-6, relative: 1e-4 });
  }
  for (const tree of [want, got, params, x]) disposeTree(tree as Tree<Tensor>);
  expect(memory().numTensors).toBe(before);
});

test('laws: pieces of a run and their states are the same', () => {
  const before = memory().numTensors;
  const [plain, spared] = [transformer(gpt2(SIZES)), transformer(gpt2(SIZES), { recompute: true })];
  const params = plain.init(key(0));
  scope(() => {
    const x = tokens();
    const [want, got] = [plain, spared].map((model) => {
      const first = model.run(params, slice(x, [0, 0], [3, 5]), model.start(params, 3));
      return model.run(params, slice(x, [0, 5], [3, 4]), first.state);
    }) as [ReturnType<typeof plain.run>, ReturnType<typeof plain.run>];
    expectClose(got.next.logits, want.next.logits, { absolute: 1e-6 });
    for (const [i, { keys }] of got.state.blocks.entries()) {
      expectClose(keys, want.state.blocks[i]!.keys, { absolute: 1e-6 });
    }
    return {};
  });
  disposeTree(params);
  expect(memory().numTensors).toBe(before);
});

test('known answers: between the passes a recomputed model holds less than half as many bytes', () => {
  const x = tokens();
  const held = [false, true].map((recompute) => {
    const model = transformer(gpt2(SIZES), { recompute });
    const params = model.init(key(0));
    const before = memory().numBytes;
    let between = 0;
    const { values, grad } = valueAndGrad((p: typeof params) => {
      const loss = nll(model).loss(p, x, key(1), undefined as never);
      between = memory().numBytes - before;
      return loss;
    }, params);
    for (const tree of [values, grad, params]) disposeTree(tree as Tree<Tensor>);
    return between;
  }) as [number, number];
  expect(held[1]).toBeLessThan(0.5 * held[0]);
  x.dispose();
});
