import { generate, generateBatch, nll } from '@genai/autoregressive';
import { disposeTree, key, leaves, mapLeaves, randomIntegers, type Tree } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { concat, memory, mul, ones, reshape, slice, stack, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gpt2, llama, type TransformerConfig } from '../index.js';
import { conditionalTransformer } from './conditional-transformer.js';
import type { Memory } from './memory.js';

const SIZES = { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 12, hidden: 24 };
const CONFIGS: { readonly [name: string]: TransformerConfig } = {
  gpt2: gpt2({ ...SIZES, beginToken: 0 }),
  'llama of grouped queries, norms of heads and on both sides': llama({
    ...SIZES,
    ...{ keyHeads: 2, queryKeyNorm: true, placement: 'both', beginToken: 0 },
  }),
};
const MEMORY = { memory: { width: 6 } };

const tokens = (rows: number, time: number): Tensor =>
  tensor2d(Int32Array.from(randomIntegers(key(3), rows * time, { min: 0, max: 11 })), [rows, time], 'int32');
/** The last row is shorter. */
const contextOf = (): Memory & { readonly mask: Tensor } => ({
  memory: normalNoise(key(4), [3, 5, 6]),
  mask: tensor2d(
    [
      [1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1],
      [1, 1, 0, 0, 0],
    ],
    [3, 5],
  ),
});
/** Row `row` alone, as long as it is. */
const alone = ({ memory }: Memory, row: number): Memory => ({
  memory: slice(memory, [row, 0, 0], [1, row === 2 ? 2 : 5, 6]),
});

describe.each(Object.entries(CONFIGS))('laws of a conditional transformer: %s', (_, config) => {
  const model = conditionalTransformer(config, MEMORY);

  test('a run, pieces of it, and steps give the same, with and without room, with and without a memory', () => {
    const before = memory().numTensors;
    const params = model.init(key(0));
    scope(() => {
      const x = tokens(3, 6);
      for (const context of [contextOf(), undefined]) {
        const whole = model.run(params, x, model.start(params, 3, context)).next.logits;
        for (const room of [0, 6, 12]) {
          const begin = model.start(params, 3, context);
          const state = room ? model.reserve!(begin, room) : begin;
          const first = model.run(params, slice(x, [0, 0], [3, 3]), state);
          const one = model.step(params, reshape(slice(x, [0, 3], [3, 1]), [3]), first.state);
          const two = model.step(params, reshape(slice(x, [0, 4], [3, 1]), [3]), one.state);
          const last = model.runToLast!(params, slice(x, [0, 5], [3, 1]), two.state);
          const steps = stack(
            [one, two, last].map(({ next }) => next.logits),
            1,
          ); // (3, 3, 11)
          expectClose(concat([first.next.logits, steps], 1), whole, { absolute: 1e-5 });
        }
      }
      return {};
    });
    disposeTree(params);
    expect(memory().numTensors).toBe(before);
  });

  test('every parameter has a gradient, the same when recomputed, and nothing is left over', () => {
    const before = memory().numTensors;
    const params = model.init(key(0));
    const batch = { elements: tokens(3, 6), context: contextOf() };
    const [plain, spared] = [false, true].map((recompute) => {
      const objective = nll(conditionalTransformer(config, { ...MEMORY, recompute }));
      return valueAndGrad((p) => objective.loss(p, batch, key(1), undefined as never), params);
    }) as [ReturnType<typeof gradients>, ReturnType<typeof gradients>];
    const others = new Map(leaves<Tensor>(spared.grad as Tree<Tensor>));
    for (const [path, leaf] of leaves<Tensor>(plain.grad as Tree<Tensor>)) {
      expect(Math.max(...leaf.dataSync()), path).toBeGreaterThan(0);
      expectClose(others.get(path)!, leaf, { absolute: 1e-6, relative: 1e-3 });
    }
    disposeTree([plain, spared, params, batch] as unknown as Tree<Tensor>);
    expect(memory().numTensors).toBe(before);

    function gradients() {
      return valueAndGrad((p: typeof params) => nll(model).loss(p, batch, key(1), undefined as never), params);
    }
  });

  test('drawing one by one and in a batch gives the same tokens, whatever the lengths of memories and prompts', async () => {
    const params = model.init(key(0));
    const context = contextOf();
    const prompts = [[1, 2, 3], [4], [5, 6]];
    const together = await generateBatch(model, params, { prompts, context, steps: 6, key: key(1), greedy: true })
      .result;
    for (const [row, prompt] of prompts.entries()) {
      const own = alone(context, row);
      const { tokens } = await generate(model, params, { prompt, context: own, steps: 6, key: key(1), greedy: true })
        .result;
      expect(together[row]!.tokens, `row ${row}`).toEqual(tokens);
      disposeTree(own);
    }
    disposeTree([params, context]);
  });

  test('what is masked is not looked at, and what is forgotten is as if there were none', () => {
    const params = model.init(key(0));
    scope(() => {
      const x = tokens(3, 4);
      const logits = (context: Memory | undefined): Tensor =>
        model.run(params, x, model.start(params, 3, context)).next.logits;
      const { memory, mask } = contextOf();
      const changed = concat([slice(memory, [0, 0, 0], [3, 2, 6]), normalNoise(key(5), [3, 3, 6])], 1);
      const last = (of: Tensor): Tensor => slice(of, [2, 0, 0], [1, 4, 11]);
      const first = (of: Tensor): number[] => [...slice(of, [0, 0, 0], [1, 4, 11]).dataSync()];
      const [want, got] = [logits({ memory, mask }), logits({ memory: changed, mask })];
      expectClose(last(got), last(want), { absolute: 1e-6 });
      expect(first(got)).not.toEqual(first(want)); // what is not masked is
      expectClose(logits({ memory, mask: zeros([3, 5]) }), logits(undefined), { absolute: 1e-6 });
      expectClose(logits({ memory, mask: ones([3, 5]) }), logits({ memory }), { absolute: 1e-6 });
      return {};
    });
    disposeTree(params);
  });
});

test('known answers: guidance of scale 1 is the own context, of scale 0 the other, of any shape', async () => {
  const model = conditionalTransformer(CONFIGS.gpt2!, MEMORY);
  const fresh = model.init(key(0));
  const params = mapLeaves<Tensor, typeof fresh>(fresh, (leaf) => mul(leaf, 8)); // so that contexts matter
  const context = contextOf();
  const [own, other, short] = [alone(context, 0), alone(context, 1), alone(context, 2)];
  const options = { steps: 8, key: key(2), temperature: 3 };
  const drawn = async (context: Memory | undefined, guidance?: { scale: number; context: Memory | undefined }) =>
    (await generate(model, params, { ...options, context, guidance }).result).logProb;
  for (const context of [other, short, undefined]) {
    expect(Math.abs((await drawn(own)) - (await drawn(context)))).toBeGreaterThan(0.01);
    expect(await drawn(own, { scale: 1, context })).toBeCloseTo(await drawn(own), 4);
    expect(await drawn(own, { scale: 0, context })).toBeCloseTo(await drawn(context), 4);
  }
  disposeTree([fresh, params, context, own, other, short]);
});

test('known answers: about a share `forget` of the memories is forgotten, whole rows, in training alone', () => {
  const model = conditionalTransformer(CONFIGS.gpt2!, { ...MEMORY, forget: 0.25 });
  const params = model.init(key(0));
  const made = scope(() => {
    const context = { memory: zeros([400, 2, 6]) };
    expect(model.start(params, 400, context).memory!.mask).toBeUndefined();
    return { mask: model.start(params, 400, context, key(1)).memory!.mask! };
  });
  const rows = made.mask.arraySync() as number[][];
  expect(rows.every(([one, two]) => one === two)).toBe(true);
  const share = rows.filter(([one]) => one === 0).length / 400;
  expect(Math.abs(share - 0.25)).toBeLessThan(4 * Math.sqrt((0.25 * 0.75) / 400));
  disposeTree([params, made]);
});

test('errors: memories and options that do not fit', () => {
  expect(() => conditionalTransformer(CONFIGS.gpt2!, { memory: { width: 0 } })).toThrow('memory.width');
  expect(() => conditionalTransformer(CONFIGS.gpt2!, { ...MEMORY, forget: 1 })).toThrow('forget must be');
  const model = conditionalTransformer(CONFIGS.gpt2!, MEMORY);
  const params = model.init(key(0));
  const [narrow, right, mask] = [zeros([2, 3, 5]), zeros([2, 3, 6]), zeros([2, 4])];
  expect(() => model.start(params, 2, { memory: narrow })).toThrow('the memory');
  expect(() => model.start(params, 3, { memory: right })).toThrow('the memory');
  expect(() => model.start(params, 2, { memory: right, mask })).toThrow('the mask');
  disposeTree([params, narrow, right, mask]);
});
