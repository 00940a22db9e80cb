import { nll } from '@genai/autoregressive';
import { disposeTree, type Key, key, leaves, mapLeaves, randomIntegers, type Tree } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { memory, mul, scalar, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gpt2 } from '../presets/gpt2.js';
import { llama } from '../presets/llama.js';
import { type TransformerParams, transformer } from '../transformer.js';
import { adapted } from './adapted.js';
import { adapting } from './adapting.js';
import { type Lora, type LoraParams, type LoraTarget, lora } from './lora.js';
import { merged, unmerged } from './merged.js';

const SIZES = { vocabulary: 11, width: 16, layers: 2, heads: 4, context: 24, hidden: 24 };
const LLAMA = transformer(llama({ ...SIZES, keyHeads: 2 }));
const GPT2 = transformer(gpt2(SIZES));
const APART: readonly LoraTarget[] = ['query', 'key', 'value', 'output', 'gate', 'up', 'down'];
const CASES: { readonly [name: string]: () => Lora } = {
  'llama, every part apart': () => lora(LLAMA, { rank: 3, alpha: 6, targets: APART }),
  'llama, queries and values': () => lora(LLAMA, { rank: 2, alpha: 3, rankStabilised: true }),
  'gpt2, one adapter for queries, keys and values': () =>
    lora(GPT2, { rank: 4, alpha: 2, targets: ['qkv', 'query', 'down'] }),
};

const tokens = (): Tensor =>
  tensor2d(Int32Array.from(randomIntegers(key(3), 27, { min: 0, max: 11 })), [3, 9], 'int32');
/** Adapters that add something: `init` gives ones that do not. */
const noisy = <P extends Tree<Tensor>>(params: P, seed: number): P => {
  let at = 0;
  return mapLeaves<Tensor, P>(params, (leaf) => mul(normalNoise(key(seed + at++), leaf.shape), 0.3));
};
type Valued = { readonly values: { readonly loss: Tensor }; readonly grad: LoraParams };
const farthest = (one: Tensor, other: Tensor): number => {
  const values = other.dataSync();
  return Math.max(...one.dataSync().map((value, i) => Math.abs(value - values[i]!)));
};
const logits = ({ model }: Lora, params: TransformerParams, x: Tensor): Tensor =>
  model.run(params, x, model.start(params, x.shape[0]!)).next.logits;

describe.each(Object.entries(CASES))('laws of adapters: %s', (_, make) => {
  test('fresh ones add nothing, others the same beside the weights as merged into them, to 1e-5', () => {
    const tuning = make();
    const { model, scale, init } = tuning;
    scope(() => {
      const base = model.init(key(0));
      const x = tokens();
      const plain = logits(tuning, base, x);
      expectClose(logits(tuning, adapted(model, base, { params: init(key(1)), scale }), x), plain);
      const adapter = { params: noisy(init(key(1)), 5), scale };
      const beside = logits(tuning, adapted(model, base, adapter), x);
      expectClose(logits(tuning, merged(model, base, adapter), x), beside, { absolute: 1e-5 });
      expect(Math.max(...beside.dataSync().map((value, i) => Math.abs(value - plain.dataSync()[i]!)))).toBeGreaterThan(
        1e-2,
      );
      return {};
    });
  });

  test('unmerged gives the weights back, and merged leaves only tensors of its own', () => {
    const { model, scale, init } = make();
    const before = memory().numTensors;
    const base = model.init(key(0));
    const adapter = { params: scope(() => noisy(init(key(1)), 5)), scale };
    const whole = merged(model, base, adapter);
    const again = unmerged(model, whole, adapter);
    expect(new Set([base, whole, again].flatMap((tree) => leaves<Tensor>(tree).map(([, leaf]) => leaf.id))).size).toBe(
      3 * leaves<Tensor>(base).length,
    );
    const kept = new Map(leaves<Tensor>(base));
    for (const [path, leaf] of leaves<Tensor>(again)) expectClose(leaf, kept.get(path)!, { absolute: 1e-6 });
    disposeTree([base, adapter.params, whole, again]);
    expect(memory().numTensors).toBe(before);
  });

  test('several add up, each with its own weight, beside the weights and merged, at once and one on the other', () => {
    const tuning = make();
    const { model, scale, init } = tuning;
    scope(() => {
      const base = model.init(key(0));
      const x = tokens();
      const one = { params: noisy(init(key(1)), 5), scale: 0.7 * scale };
      const other = lora(model, { rank: 1, targets: ['query', 'up'] });
      const two = { params: noisy(other.init(key(2)), 50), scale: -0.4 };
      const both = logits(tuning, merged(model, merged(model, base, one), two), x);
      expectClose(logits(tuning, adapted(model, base, [one, two]), x), both, { absolute: 1e-5 });
      expectClose(logits(tuning, adapted(model, adapted(model, base, two), one), x), both, { absolute: 1e-5 });
      return {};
    });
  });

  test('known answers: the gradient of an adapter is that of the whole weight, put through the chain rule', () => {
    const tuning = make();
    const { model, scale, init } = tuning;
    scope(() => {
      const base = model.init(key(0));
      const x = tokens();
      const params = noisy(init(key(1)), 5);
      const objective = adapting(nll(model), tuning, base);
      const { grad } = valueAndGrad((p) => objective.loss(p, x, key(4), scalar(0)), params);
      expect(leaves<Tensor>(grad).map(([path]) => path)).toEqual(leaves<Tensor>(params).map(([path]) => path));
      const whole = merged(model, base, { params, scale });
      const { grad: dense } = valueAndGrad((p) => nll(model).loss(p, x, key(4), scalar(0)), whole);
      // W + s · a · b: ∂/∂b = s · aᵀ · ∂/∂W. Queries are the first columns; `down` is whole.
      const weightGrad = (dense.blocks[1]!.attention.qkv as { weight: Tensor }).weight.arraySync() as number[][];
      const { a } = params.blocks[1]!.attention!.qkv!.query!;
      const rows = a.arraySync() as number[][];
      const expected = Array.from({ length: a.shape[1]! }, (_, r) =>
        Array.from(
          { length: 16 },
          (_, c) => scale * rows.reduce((sum, row, i) => sum + row[r]! * weightGrad[i]![c]!, 0),
        ),
      );
      expectClose(grad.blocks[1]!.attention!.qkv!.query!.b, expected, { absolute: 1e-5, relative: 1e-4 });
      return {};
    });
  });
});

test('known answers: scale, and fresh adapters are bounded as those of PEFT', () => {
  expect(lora(LLAMA, { rank: 4 }).scale).toBe(1);
  expect(lora(LLAMA, { rank: 4, alpha: 8 }).scale).toBe(2);
  expect(lora(LLAMA, { rank: 4, alpha: 8, rankStabilised: true }).scale).toBe(4);
  const params = lora(LLAMA, { rank: 60, targets: ['query', 'down'] }).init(key(0));
  for (const [path, leaf] of leaves<Tensor>(params)) {
    const values = Array.from(leaf.dataSync());
    const bound = path.endsWith('.b') ? 0 : 1 / Math.sqrt(leaf.shape[0]!);
    expect(Math.max(...values.map(Math.abs)), path).toBeLessThanOrEqual(bound);
    if (path.endsWith('.a')) {
      // U(−l, l) has the mean square l² / 3
      const square = values.reduce((sum, value) => sum + value * value, 0) / values.length;
      expect(Math.abs(square / (bound ** 2 / 3) - 1), path).toBeLessThan(0.15);
    }
  }
  const distinct = new Set(
    leaves<Tensor>(params)
      .filter(([path]) => path.endsWith('.a'))
      .map(([, leaf]) => leaf.dataSync()[0]),
  );
  expect(distinct.size).toBe(4);
  disposeTree(params);
});

describe('dropout', () => {
  const tuning = lora(LLAMA, { rank: 3, alpha: 6, targets: APART, dropout: 0.4 });

  test('laws: it acts with a key alone, and differs from key to key', () => {
    const before = memory().numTensors;
    scope(() => {
      const base = LLAMA.init(key(0));
      const x = tokens();
      const params = noisy(tuning.init(key(1)), 5);
      const { scale, dropout } = tuning;
      const dropping = adapted(LLAMA, base, { params, scale, dropout });
      const run = (p: TransformerParams, k?: Key): Tensor => LLAMA.run(p, x, LLAMA.start(p, 3), k).next.logits;
      const plain = run(adapted(LLAMA, base, { params, scale }));
      expectClose(run(dropping), plain, { absolute: 0 });
      expectClose(run(dropping, key(4)), run(dropping, key(4)), { absolute: 0 });
      expect(farthest(run(dropping, key(4)), run(dropping, key(5)))).toBeGreaterThan(1e-2);
      return {};
    });
    expect(memory().numTensors).toBe(before);
  });

  test('laws: one that drops beside one that does not leaves that one whole', () => {
    scope(() => {
      const base = LLAMA.init(key(0));
      const x = tokens();
      const kept = { params: noisy(lora(LLAMA, { rank: 2, targets: APART }).init(key(2)), 50), scale: 1 };
      const none = { params: tuning.init(key(1)), scale: 1, dropout: 0.4 }; // adds nothing, whatever is dropped
      const run = (p: TransformerParams): Tensor => LLAMA.run(p, x, LLAMA.start(p, 3), key(4)).next.logits;
      const want = run(adapted(LLAMA, base, kept));
      for (const both of [[kept, none], [none, kept], [none, kept, none]]) {
        expectClose(run(adapted(LLAMA, base, both)), want, { absolute: 1e-6 });
      } // biome-ignore format: one line
      return {};
    });
  });

  test('laws: every adapter has its gradient through what was kept, recomputed as well', () => {
    const base = LLAMA.init(key(0));
    const params = scope(() => noisy(tuning.init(key(1)), 5));
    const x = tokens();
    const spared = transformer(LLAMA.config, { recompute: true });
    const [want, got] = [LLAMA, spared].map((model) => {
      const objective = adapting(nll(model), tuning, base);
      return valueAndGrad((p: LoraParams) => objective.loss(p, x, key(4), scalar(0)), params);
    }) as [Valued, Valued];
    expectClose(got.values.loss, want.values.loss, { absolute: 1e-6 });
    const slopes = new Map(leaves<Tensor>(want.grad));
    expect([...slopes.keys()]).toEqual(leaves<Tensor>(params).map(([path]) => path));
    for (const [path, slope] of leaves<Tensor>(got.grad)) {
      expect(Math.max(...slope.dataSync().map(Math.abs)), path).toBeGreaterThan(0);
      expectClose(slope, slopes.get(path)!, { absolute: 1e-6, relative: 1e-4 });
    }
    disposeTree([base, params, x, want, got] as unknown as Tree<Tensor>);
  });
});

test('errors: what does not fit is named, and nothing is left over', () => {
  expect(() => lora(GPT2, { rank: 2, targets: ['gate'] })).toThrow(
    'lora: got the target "gate", expected some of query, key',
  );
  expect(() => lora(GPT2, { rank: 2, targets: [] })).toThrow('no targets');
  expect(() => lora(GPT2, { rank: 0 })).toThrow('rank');
  expect(() => lora(GPT2, { rank: 1, dropout: 1 })).toThrow('lora: dropout must be at least 0 and below 1, got 1');
  expect(() => lora(GPT2, { rank: 1, alpha: Number.NaN })).toThrow('alpha must be a finite number, got NaN');
  const before = memory().numTensors;
  const base = GPT2.init(key(0));
  const shallow = lora(transformer(gpt2({ ...SIZES, layers: 1 })), { rank: 2 }).init(key(0));
  expect(() => adapted(GPT2, base, { params: shallow, scale: 1 })).toThrow('adapters of 1 blocks, but the model has 2');
  const gated = lora(LLAMA, { rank: 2, targets: ['gate'] }).init(key(0));
  expect(() => merged(GPT2, base, { params: gated, scale: 1 })).toThrow(
    '"blocks.0.feedForward.up.gate.a", which is no part',
  );
  const wide = lora(transformer(gpt2({ ...SIZES, width: 32 })), { rank: 2 }).init(key(0));
  expect(() => adapted(GPT2, base, { params: wide, scale: 1 })).toThrow('blocks.0.attention.qkv.query.a');
  const { a } = shallow.blocks[0]!.attention!.qkv!.query!;
  const half = { blocks: [{ attention: { qkv: { query: { a } } } }, {}] } as unknown as LoraParams;
  expect(() => adapted(GPT2, base, { params: half, scale: 1 })).toThrow('it takes both, a and b');
  const fitting = { params: lora(GPT2, { rank: 2 }).init(key(0)), scale: 1 };
  expect(() => adapted(GPT2, base, { ...fitting, dropout: -1 })).toThrow('adapted: dropout must be at least 0');
  const beside = adapted(GPT2, base, fitting);
  expect(() => merged(GPT2, beside, fitting)).toThrow('"blocks.0.attention.qkv" has no weight of its own');
  disposeTree([base, shallow, gated, wide, fitting.params, beside]);
  expect(memory().numTensors).toBe(before);
});
