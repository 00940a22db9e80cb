import { nll } from '@genai/autoregressive';
import { disposeTree, key } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { grad, memory, mul, softmax, sub, type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { gpt2, llama, transformer } from '../index.js';
import { balancedNll } from './balanced-nll.js';
import { loadBalance } from './load-balance.js';

const SIZES = { vocabulary: 7, width: 8, layers: 2, heads: 2, context: 12, hidden: 6 };
const model = transformer(llama({ ...SIZES, experts: { count: 3, active: 2 } }));
const tokens = (): Tensor => tensor2d([1, 2, 3, 4, 5, 6, 0, 1], [2, 4], 'int32');

test('known answers: 1 where visits are even, N where all go to one, and rows that do not count do not', () => {
  const made = scope(() => {
    const sharp = tensor2d([1, 0, 0, 0, 1, 0, 0, 0, 1], [3, 3]);
    const one = tensor2d([1, 0, 0, 1, 0, 0, 1, 0, 0], [3, 3]);
    const soft = tensor2d([0.5, 0.25, 0.25, 0.5, 0.5, 0, 0.2, 0.2, 0.6], [3, 3]);
    const pairs = tensor2d([1, 1, 0, 1, 1, 0, 0, 1, 1], [3, 3]);
    return {
      even: loadBalance(sharp, sharp),
      all: loadBalance(one, one),
      pairs: loadBalance(soft, pairs),
      two: loadBalance(soft, pairs, tensor1d([1, 1, 0])),
    };
  });
  expectClose(made.even, 1);
  expectClose(made.all, 3);
  // f = (2, 3, 1) / 6, P = (1.2, 0.95, 0.85) / 3
  expectClose(made.pairs, (2 * 1.2 + 3 * 0.95 + 0.85) / 6);
  // f = (1, 1, 0) / 2, P = (1, 0.75, 0.25) / 2
  expectClose(made.two, (3 * (1 + 0.75)) / 4);
  disposeTree(made);
});

test('known answers: descending it evens out the probabilities of what is chosen too often', () => {
  const chosen = tensor2d([1, 0, 1, 0], [2, 2]);
  const logits = tensor2d([1, 0, 2, 0], [2, 2]);
  const slope = grad((x: Tensor) => loadBalance(softmax(x), chosen))(logits);
  // N · Σ fᵢ Pᵢ = P₀ summed over the two rows: the slope is p (1 − p).
  const p = [1, 2].map((x) => 1 / (1 + Math.exp(-x)));
  expectClose(
    slope,
    p.flatMap((p) => [p * (1 - p), -p * (1 - p)]),
    { absolute: 1e-6 },
  );
  disposeTree([chosen, logits, slope]);
});

test('laws: it is nll and the balance beside it, recomputed or not, masked or not, and the routers learn from it', () => {
  const before = memory().numTensors;
  const params = model.init(key(0));
  const spared = transformer(model.config, { recompute: true });
  const mask = tensor2d([1, 1, 1, 0, 1, 1, 0, 0], [2, 4]);
  const elements = tokens();
  for (const batch of [elements, { elements, mask }]) {
    const of = (from: typeof model, weight: number) =>
      valueAndGrad(
        (p: typeof params) => balancedNll(from, { weight }).loss(p, batch, key(1), undefined as never),
        params,
      );
    const [own, again, without] = [of(model, 0.5), of(spared, 0.5), of(model, 0)];
    const plain = scope(() => nll(model).loss(params, batch, key(1), undefined as never));
    expectClose(own.values.nll, plain.loss, { absolute: 1e-6 });
    const rest = scope(() => sub(own.values.loss, mul(0.5, own.values.balance)));
    expectClose(rest, plain.loss, { absolute: 1e-6 });
    expectClose(again.values.balance, own.values.balance, { absolute: 1e-6 });
    const slopes = [own, again, without].map(({ grad }) => routerOf(grad));
    expectClose(slopes[1]!, slopes[0]!, { absolute: 1e-6 });
    const apart = scope(() => sub(slopes[0]!, slopes[2]!));
    expect(Math.max(...apart.dataSync())).toBeGreaterThan(1e-5);
    disposeTree([own, again, without, plain, rest, apart] as never);
  }
  disposeTree([params, mask, elements]);
  expect(memory().numTensors).toBe(before);
});

test('errors: no experts, and a weight out of range', () => {
  expect(() => balancedNll(transformer(gpt2(SIZES)))).toThrow('no experts');
  expect(() => balancedNll(model, { weight: -1 })).toThrow('weight must be');
});

const routerOf = ({ blocks }: ReturnType<typeof model.init>): Tensor =>
  (blocks[0]!.feedForward as unknown as { router: { weight: Tensor } }).router.weight;
