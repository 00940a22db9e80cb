import { disposeTree, key, type Tree } from '@genai/core';
import { embedding, gru, lstm } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { gradientSizes } from '@genai/testing/gradient-sizes';
import { gather, memory, mul, slice, squeeze, type Tensor, tensor1d, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nll } from './nll.js';
import { recurrentNet } from './recurrent/recurrent-net.js';
import { minGru } from './scan/min-gru.js';
import { stackedNet } from './stacked-net.js';
import { conditionalTokenModel, type TokenModel, tokenModel } from './token-model.js';

const net = recurrentNet(lstm(4, 5));
const plain = tokenModel({ vocabulary: 3, net, beginToken: 0 });
const classes = conditionalTokenModel({ vocabulary: 3, net, context: embedding(2, 4), forget: 0.5, beginToken: 0 });
const tokens = (): Tensor => tensor2d([0, 2, 1, 1, 1, 0], [2, 3], 'int32'); // (batch, time)
const labels = (): Tensor => tensor1d([1, 0], 'int32');

describe('laws: a model of tokens', () => {
  test('a run gives the logits of its steps, with and without a context', () => {
    const params = classes.init(key(0));
    tidy(() => {
      for (const context of [undefined, labels()]) {
        const start = classes.start(params, 2, context);
        const { next } = classes.run(params, tokens(), start);
        expect([next.batchShape, next.logits.shape]).toEqual([
          [2, 3],
          [2, 3, 3],
        ]);
        let state = start;
        for (let t = 0; t < 3; t++) {
          const made = classes.step(params, squeeze(slice(tokens(), [0, t], [2, 1]), [1]), state);
          state = made.state;
          expectClose(made.next.logits, squeeze(slice(next.logits, [0, t, 0], [2, 1, 3]), [1]), { absolute: 1e-6 });
        }
      }
    });
    disposeTree(params);
  });

  test('a step leaves its logits and its state, and frees nothing that was given', () => {
    const params = classes.init(key(0));
    const context = labels();
    const state = classes.start(params, 2, context);
    const element = tensor1d([0, 1], 'int32');
    const before = memory().numTensors;
    const made = classes.step(params, element, state);
    expect(memory().numTensors - before).toBe(4); // logits; hidden, cell, context
    disposeTree([made.next.logits, made.state]);
    expect(state.context?.isDisposed).toBe(false);
    disposeTree([params, context, state, element]);
  });

  test('the context acts on every step, row by row, and is forgotten by chance where a key is given', () => {
    const params = classes.init(key(0));
    tidy(() => {
      const logits = (context?: Tensor): Tensor =>
        classes.run(params, tokens(), classes.start(params, 2, context)).next.logits;
      const swapped = logits(tensor1d([0, 1], 'int32'));
      expect(logits(labels()).dataSync()).not.toEqual(swapped.dataSync());
      expect(logits(labels()).dataSync()).not.toEqual(logits().dataSync());
      const many = new Array<number>(2_000).fill(1);
      const { context } = classes.start(params, many.length, tensor1d(many, 'int32'), key(1));
      const forgotten = (context!.arraySync() as number[][]).filter((row) => row.every((x) => x === 0)).length;
      expect(forgotten / many.length).toBeGreaterThan(0.45);
      expect(forgotten / many.length).toBeLessThan(0.55);
    });
    disposeTree(params);
  });

  const two = tokenModel({ vocabulary: 3, net: stackedNet([net, recurrentNet(gru(5, 4))]) });
  test.each([plain, two] as unknown as readonly TokenModel<Tree<Tensor>, Tree<Tensor>>[])(
    'steps with the parameters for steps are those without, and only what they add is new: net %#',
    (model) => {
      const params = model.init(key(0));
      const before = memory().numTensors;
      const forSteps = model.forSteps!(params);
      expect(memory().numTensors - before).toBe(1);
      tidy(() => {
        let [one, other] = [model.start(params, 2), model.start(params, 2)];
        for (let t = 0; t < 3; t++) {
          const element = squeeze<Tensor>(slice(tokens(), [0, t], [2, 1]), [1]); // (batch)
          const [a, b] = [model.step(params, element, one), model.step(forSteps, element, other)];
          expectClose(b.next.logits, a.next.logits, { absolute: 1e-6 });
          [one, other] = [a.state, b.state];
        }
      });
      disposeTree(forSteps);
    },
  );

  test('there are parameters for steps where inputs can be projected alone, and tokens are few', () => {
    expect(classes.forSteps).toBeUndefined(); // the context is added in between
    expect(tokenModel({ vocabulary: 3, net: minGru(4, 4) }).forSteps).toBeUndefined();
    expect(tokenModel({ vocabulary: 50_257, net }).forSteps).toBeUndefined();
  });

  test('tied weights: the table is the last layer, so there is no other', () => {
    const tied = tokenModel({ vocabulary: 3, net: recurrentNet(lstm(4, 4)), tied: true, beginToken: 0 });
    const params = tied.init(key(0));
    expect(Object.keys(params.head)).toEqual(['bias']);
    tidy(() => {
      const start = tied.start(params, 2);
      const { output } = recurrentNet(lstm(4, 4)).run(params.net, gather(params.embedding.table, tokens()), start.net);
      const want = output.arraySync() as number[][][];
      const table = params.embedding.table.arraySync() as number[][];
      const logits = want.map((row) => row.map((y) => table.map((v) => v.reduce((s, w, i) => s + w * y[i]!, 0))));
      expectClose(tied.run(params, tokens(), start).next.logits, logits, { absolute: 1e-6 });
    });
    disposeTree(params);
  });
});

describe('known answers: the objective of sequences', () => {
  test('with logits of 0 it is the logarithm of the vocabulary, whatever is masked', () => {
    const params = plain.init(key(0));
    tidy(() => {
      const zero = {
        ...params,
        head: { weight: mul((params.head as { weight: Tensor }).weight, 0), bias: tensor1d([0, 0, 0]) },
      };
      for (const mask of [undefined, tensor2d([1, 0, 1, 0, 0, 1], [2, 3])]) {
        const batch = mask ? { elements: tokens(), mask } : tokens();
        expectClose(nll(plain).loss(zero, batch, key(1), tensor1d([0])).loss, [Math.log(3)]);
      }
    });
    disposeTree(params);
  });

  test('it is the mean over what the mask counts of the logarithms that steps give', () => {
    const params = plain.init(key(0));
    tidy(() => {
      const { next } = plain.run(params, tensor2d([0, 0, 2, 0, 1, 1], [2, 3], 'int32'), plain.start(params, 2));
      const logs = next.logProb(tokens()).arraySync() as number[][];
      const mask = tensor2d([1, 1, 0, 1, 0, 0], [2, 3]);
      const want = -(logs[0]![0]! + logs[0]![1]! + logs[1]![0]!) / 3;
      expectClose(nll(plain).loss(params, { elements: tokens(), mask }, key(1), tensor1d([0])).loss, [want]);
    });
    disposeTree(params);
  });

  test('its gradient reaches every parameter, the context among them', () => {
    const params = classes.init(key(0));
    const batch = { elements: tokens(), context: labels() };
    const sizes = gradientSizes(params, () => nll(classes).loss(params, batch, key(2), tensor1d([0])).loss);
    for (const [path, size] of sizes) expect(size, path).toBeGreaterThan(0);
    disposeTree([params, batch]);
  });
});

describe('errors: a model of tokens', () => {
  test.each([
    [{ vocabulary: 0, net }, 'vocabulary'],
    [{ vocabulary: 3, net, beginToken: 3 }, 'beginToken must be below the vocabulary of 3, got 3'],
    [{ vocabulary: 3, net, endToken: -1 }, 'endToken'],
    [{ vocabulary: 3, net, tied: true }, 'tied weights need a net that gives as many numbers as it takes, got 4 to 5'],
  ])('%o', (parts, message) => {
    expect(() => tokenModel(parts)).toThrow(message);
  });

  test('tokens of another dtype or shape, and sequences too short, name what is wrong', () => {
    const params = plain.init(key(0));
    const lone = tokenModel({ vocabulary: 3, net });
    tidy(() => {
      const state = plain.start(params, 2);
      expect(() => plain.run(params, tensor2d([[0], [1]]), state)).toThrow('dtype float32, expected int32');
      expect(() => plain.step(params, tokens(), state)).toThrow('tokenModel(3)');
      const one = tensor2d([[0], [1]], [2, 1], 'int32');
      expect(() => nll(lone).loss(params, one, key(0), tensor1d([0]))).toThrow(
        'sequences of 1 element, expected at least 2',
      );
      expect(() =>
        nll(plain).loss(params, { elements: tokens(), mask: tensor1d([1, 1]) }, key(0), tensor1d([0])),
      ).toThrow('the mask of elements');
    });
    disposeTree(params);
  });
});
