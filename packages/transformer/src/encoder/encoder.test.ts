import { disposeTree, key, leaves, type Tree } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { concat, memory, mul, ones, slice, sum, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { llama } from '../index.js';
import { type EncoderConfig, encoder } from './encoder.js';

const SIZES = { width: 16, layers: 2, heads: 4, keyHeads: 2, context: 6, hidden: 24 };
const { tied: _, ...CONFIG } = llama({ ...SIZES, vocabulary: 11 });
const { vocabulary: __, ...VECTORS } = CONFIG;
const sources = (): Tensor =>
  tensor2d(
    [
      [1, 2, 3, 4],
      [5, 6, 7, 8],
    ],
    [2, 4],
    'int32',
  );

test('laws: padding under a mask changes nothing, and every position sees those behind it and before it', () => {
  const layer = encoder(CONFIG);
  const params = layer.init(key(0));
  scope(() => {
    const of = (source: Tensor, mask?: Tensor): Tensor => layer.apply(params, { source, ...(mask && { mask }) }).memory;
    const plain = of(sources()); // (2, 4, 16)
    const longer = concat([sources(), zeros([2, 2], 'int32')], 1);
    const seen = concat([ones([2, 4]), zeros([2, 2])], 1);
    expectClose(slice(of(longer, seen), [0, 0, 0], [2, 4, 16]), plain, { absolute: 1e-5 });
    const first = (x: Tensor): number[] => [...slice(x, [0, 0, 0], [1, 1, 16]).dataSync()];
    expect(first(of(longer))).not.toEqual(first(plain));
    return {};
  });
  disposeTree(params);
});

test.each([
  ['tokens', CONFIG, sources],
  ['vectors', VECTORS, () => normalNoise(key(1), [2, 4, 16])],
] as const)(
  'laws: every parameter of an encoder of %s has a gradient, the same when recomputed',
  (_, config, source) => {
    const before = memory().numTensors;
    const plain = encoder(config as EncoderConfig);
    const params = plain.init(key(0));
    expect('embedding' in params).toBe('vocabulary' in config);
    const [x, weights] = [source(), normalNoise(key(2), [2, 4, 16])];
    const of = (layer: typeof plain) =>
      valueAndGrad((p: typeof params) => ({ loss: sum(mul(layer.apply(p, { source: x }).memory, weights)) }), params);
    const [own, spared] = [of(plain), of(encoder(config as EncoderConfig, { recompute: true }))];
    const others = new Map(leaves<Tensor>(spared.grad as Tree<Tensor>));
    for (const [path, leaf] of leaves<Tensor>(own.grad as Tree<Tensor>)) {
      expect(Math.max(...leaf.dataSync()), path).toBeGreaterThan(0);
      expectClose(others.get(path)!, leaf, { absolute: 1e-5, relative: 1e-3 });
    }
    disposeTree([own, spared, params, x, weights] as never);
    expect(memory().numTensors).toBe(before);
  },
);

test('errors: what an encoder does not take', () => {
  expect(() => encoder({ ...CONFIG, positions: { kind: 'alibi' } })).toThrow('look back only');
  expect(() => encoder(llama({ ...SIZES, vocabulary: 11, window: 3 }))).toThrow('decoders alone');
  const layer = encoder(CONFIG);
  const params = layer.init(key(0));
  const [source, mask, floats] = [zeros([1, 7], 'int32'), zeros([2, 3]), zeros([2, 4])];
  const few = sources();
  expect(() => layer.apply(params, { source })).toThrow('more than the context of 6');
  expect(() => layer.apply(params, { source: few, mask })).toThrow('encoder: the mask');
  expect(() => layer.apply(params, { source: floats })).toThrow('expected int32');
  disposeTree([params, source, mask, floats, few]);
});
