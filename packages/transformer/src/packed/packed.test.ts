import { nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, randomIntegers, type Tree } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, memory, mul, reshape, scalar, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { balancedNll } from '../balance/balanced-nll.js';
import { gemma2 } from '../presets/gemma2.js';
import { gpt2 } from '../presets/gpt2.js';
import { llama } from '../presets/llama.js';
import { type TransformerParams, transformer } from '../transformer.js';
import type { TransformerConfig } from '../transformer-config.js';
import { type PackedBatch, packedLogProbs } from './packed-log-probs.js';
import { packedNll } from './packed-nll.js';
import { placesWithin } from './places-within.js';

const SIZES = { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 24, hidden: 24 };
const YARN = { kind: 'yarn', factor: 4, original: 6 } as const;
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  'learnt positions': gpt2(SIZES),
  'rotary, grouped queries': llama({ ...SIZES, keyHeads: 2 }),
  'rotary, stretched': llama({ ...SIZES, positions: { kind: 'rotary', scaling: YARN } }),
  'alibi, multi-query, windows': gpt2({ ...SIZES, positions: { kind: 'alibi' }, keyHeads: 1, window: [3, 0] }),
  'windows, caps of scores and logits': gemma2({ ...SIZES, window: 3 }),
  'no positions, experts': llama({ ...SIZES, positions: { kind: 'none' }, experts: { count: 3, active: 2 } }),
};
/** Two rows of 10 tokens: where each document begins, and how long it is. */
const DOCUMENTS = [
  { row: 0, from: 0, size: 4 },
  { row: 0, from: 4, size: 1 },
  { row: 0, from: 5, size: 5 },
  { row: 1, from: 0, size: 7 },
] as const; // biome-ignore format: a row each
const SEGMENTS = [
  [1, 1, 1, 1, 2, 3, 3, 3, 3, 3],
  [1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
];

const rows = (): PackedBatch & { readonly elements: Tensor } => ({
  elements: tensor2d(Int32Array.from(randomIntegers(key(3), 20, { min: 0, max: 11 })), [2, 10], 'int32'),
  segments: tensor2d(SEGMENTS, [2, 10], 'int32'),
});
const alone = (x: Tensor, { row, from, size }: (typeof DOCUMENTS)[number]): Tensor => slice(x, [row, from], [1, size]);

test('known answers: a place counts from where the number changes, whatever the numbers', () => {
  for (const [numbers, expected] of [
    [SEGMENTS[0]!, [0, 1, 2, 3, 0, 0, 1, 2, 3, 4]],
    [SEGMENTS[1]!, [0, 1, 2, 3, 4, 5, 6, 0, 1, 2]],
    [[3], [0]],
    [[2, 0, 2, 2, 1], [0, 0, 0, 1, 0]], // biome-ignore format: beside each other
  ] as const) {
    const segments = tensor2d(numbers as number[], [1, numbers.length], 'int32');
    const places = placesWithin(segments);
    expect(places.dtype).toBe('int32');
    expectClose(places, expected as readonly number[], { absolute: 0 });
    disposeTree([segments, places]);
  }
});

describe.each(Object.entries(CONFIGS))('laws of packed rows: %s', (_, config) => {
  const model = transformer(config);

  test('each document has the logits that it has alone, and does not notice the others', () => {
    const before = memory().numTensors;
    const params = model.init(key(0));
    scope(() => {
      const { elements, segments } = rows();
      const { logits } = model.runPacked(params, elements, segments).next;
      for (const document of DOCUMENTS) {
        const { row, from, size } = document;
        const got = slice(logits, [row, from, 0], [1, size, 11]);
        const want = model.run(params, alone(elements, document), model.start(params, 1)).next.logits;
        expectClose(got, want, { absolute: 1e-5, relative: 0 });
      }
      const others = elements.arraySync() as number[][];
      others[0]![1] = (others[0]![1]! + 1) % 11;
      const changed = model.runPacked(params, tensor2d(others, [2, 10], 'int32'), segments).next.logits;
      const last = (x: Tensor): Tensor => slice(x, [0, 4, 0], [1, 6, 11]);
      expectClose(last(changed), last(logits), { absolute: 0, relative: 0 });
      return {};
    });
    disposeTree(params);
    expect(memory().numTensors).toBe(before);
  });

  test('loss and gradient are those of all documents alone, recomputed as well', () => {
    const params = model.init(key(0));
    const batch = rows();
    const many = DOCUMENTS.filter(({ size }) => size > 1);
    const predicted = many.reduce((sum, { size }) => sum + size - 1, 0);
    const want = valueAndGrad((p: TransformerParams) => {
      const losses = many.map((document) => {
        const { loss } = nll(model).loss(p, alone(batch.elements, document), key(1), scalar(0));
        return mul(loss, (document.size - 1) / predicted);
      });
      return { loss: losses.reduce((sum, loss) => add(sum, loss)) };
    }, params);
    const slopes = new Map(leaves<Tensor>(want.grad as Tree<Tensor>));
    for (const recompute of [false, true]) {
      const packed = packedNll(transformer(config, { recompute }));
      const got = valueAndGrad((p: TransformerParams) => packed.loss(p, batch, key(1), scalar(0)), params);
      expectClose(got.values.loss!, want.values.loss!, { absolute: 1e-5 });
      for (const [path, slope] of leaves<Tensor>(got.grad as Tree<Tensor>)) {
        expectClose(slope, slopes.get(path)!, { absolute: 1e-5, relative: 1e-4 });
      }
      disposeTree(got as unknown as Tree<Tensor>);
    }
    disposeTree([want, params, batch] as unknown as Tree<Tensor>);
  });
});

test('known answers: what counts are tokens with one before them in their document, and of those what the mask says', () => {
  const model = transformer(gpt2(SIZES));
  const params = model.init(key(0));
  const batch = rows();
  scope(() => {
    const expected = [
      [1, 1, 1, 0, 0, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 0, 0, 0],
    ];
    expectClose(packedLogProbs(model, params, batch).counted, expected, { absolute: 0 });
    const mask = tensor2d([
      [1, 0, 1, 1, 1, 1, 0, 0, 1, 1],
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1],
    ]);
    const both = [
      [0, 1, 1, 0, 0, 0, 0, 1, 1],
      [0, 0, 0, 0, 1, 1, 0, 0, 0],
    ];
    expectClose(packedLogProbs(model, params, { ...batch, mask }).counted, both, { absolute: 0 });
    return {};
  });
  disposeTree([params, batch]);
});

test('laws: with experts the loss is that of packedNll beside their balance', () => {
  const model = transformer(llama({ ...SIZES, experts: { count: 3, active: 2 } }));
  const params = model.init(key(0));
  const batch = rows();
  scope(() => {
    const { nll: balanced } = balancedNll(model).loss(params, batch, key(1), scalar(0));
    const { loss } = packedNll(model).loss(params, batch, key(1), scalar(0));
    expectClose(reshape(balanced, []), loss, { absolute: 1e-6 });
    return {};
  });
  disposeTree([params, batch]);
});

test('errors: shapes that do not fit, rows without a successor, and rows beyond the context', () => {
  const model = transformer(gpt2({ ...SIZES, context: 8 }));
  const params = model.init(key(0));
  scope(() => {
    const { elements, segments } = rows();
    const narrow = slice(segments, [0, 0], [2, 9]);
    expect(() => packedLogProbs(model, params, { elements, segments: narrow })).toThrow(
      'the segments: got shape [2, 9]',
    );
    expect(() => model.runPacked(params, elements, narrow)).toThrow('transformer: segments: got shape [2, 9]');
    const one = slice(elements, [0, 0], [2, 1]);
    expect(() => packedLogProbs(model, params, { elements: one, segments: one })).toThrow('got rows of 1 token');
    expect(() => model.runPacked(params, elements, segments)).toThrow('10 positions are more than the context of 8');
    return {};
  });
  disposeTree(params);
});
