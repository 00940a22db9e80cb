import { GenaiError, type Key, key } from '@genai/core';
import { embedding } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { pixelNetLaws } from '@genai/testing/pixel-net-laws';
import { ones, reshape, round, sigmoid, slice, type Tensor, tensor, tile, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { binaryPixels } from './binary-pixels.js';
import { conditionalPixelModel } from './conditional-pixel-model.js';
import { guided } from './guided.js';
import { pixelCnn } from './pixel-cnn.js';

const small = { width: 4, layers: 2, head: 8 };
const labels = (): Tensor => tensor([2, 0], [2], 'int32');
const conditional = (forget = 0) =>
  conditionalPixelModel({
    net: pixelCnn({ ...small, context: 3 }),
    emission: binaryPixels(),
    height: 3,
    width: 4,
    context: embedding(3, 3),
    forget,
  });

modelLaws('conditionalPixelModel of classes', () => ({
  model: conditional(),
  context: labels,
  data: () => round(uniformNoise(key(2), [5, 2, 3, 4, 1])),
}));

pixelNetLaws('guided', () => ({ net: guided(pixelCnn({ ...small, context: 3 }), 2), size: [3, 4], seesAll: false }));

test('laws: each picture is scored in the context of its row, one picture in all of them', () => {
  using params = owned(conditional().init(key(3)));
  scope(() => {
    const d = conditional().given(params, labels());
    expect([d.batchShape, d.eventShape]).toEqual([[2], [3, 4, 1]]);
    const x = round(uniformNoise(key(2), [3, 2, 3, 4, 1]));
    const scores = d.logProb(x); // (3, 2)
    expect(scores.shape).toEqual([3, 2]);
    for (const [i, label] of [2, 0].entries()) {
      const column = reshape(slice(x, [0, i, 0, 0, 0], [3, 1, 3, 4, 1]), [3, 3, 4, 1]);
      const alone = conditional()
        .given(params, tensor([label, label, label], [3], 'int32'))
        .logProb(column);
      expectClose(reshape(slice(scores, [0, i], [3, 1]), [3]), alone, { absolute: 1e-5 });
    }
    const one = reshape(slice(x, [0, 0, 0, 0, 0], [1, 1, 3, 4, 1]), [3, 4, 1]);
    expectClose(slice(d.logProb(one), [0], [1]), slice(reshape(scores, [6]), [0], [1]), { absolute: 1e-5 });
    expect(d.complete(key(0), one, ones([3, 4])).shape).toEqual([2, 3, 4, 1]);
  });
});

test('known answers: in training a share of the contexts is forgotten', () => {
  using params = owned(conditional().init(key(3)));
  scope(() => {
    const x = tile(round(uniformNoise(key(2), [1, 3, 4, 1])), [400, 1, 1, 1]);
    const many = tensor(new Int32Array(400).fill(1), [400], 'int32');
    const scores = (k?: Key): string[] => {
      const d = conditional(0.3).given(params, many, k);
      return Array.from(d.logProb(x).dataSync(), (score) => score.toFixed(3));
    };
    const [known, ...others] = scores();
    expect(new Set(others)).toEqual(new Set([known]));
    const trained = scores(key(0));
    expect(new Set(trained).size).toBe(2); // with its context or without
    const share = trained.filter((score) => score !== known).length / 400;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 400));
  });
});

test('known answers: guidance draws from p(c)^scale p(u)^(1 − scale), normalised; by 1 it changes nothing, by 0 it forgets', () => {
  const net = pixelCnn({ ...small, context: 3 });
  using params = owned(net.init(key(3)));
  scope(() => {
    const x = round(uniformNoise(key(2), [2, 3, 4, 1]));
    const context = normalNoise(key(5), [2, 3]);
    const on = (scale: number): ArrayLike<number> => sigmoid(guided(net, scale).run(params, x, context)).dataSync();
    const [c, u] = [context, zeros([2, 3])].map((context) => sigmoid(net.run(params, x, context)).dataSync());
    expectClose(on(1), c!);
    expectClose(on(0), u!);
    const unnormalised = (c: number, u: number): number => c ** 3 * u ** -2;
    const expected = Array.from(c!, (p, i) => {
      const [one, zero] = [unnormalised(p, u![i]!), unnormalised(1 - p, 1 - u![i]!)];
      return one / (one + zero);
    });
    expectClose(on(3), expected, { absolute: 1e-4 });
  });
});

test('errors: parts that do not fit, and pictures of another batch', () => {
  const parts = { emission: binaryPixels(), height: 3, width: 4, context: embedding(3, 3) };
  const net = pixelCnn({ ...small, context: 3 });
  const wrong: [() => unknown, string][] = [
    [
      () => conditionalPixelModel({ ...parts, net: pixelCnn(small) }),
      'conditionalPixelModel: the net takes no context',
    ],
    [() => conditional(1), 'conditionalPixelModel: forget must be a share'],
    [() => guided(pixelCnn(small), 2), 'guided: the net takes no context'],
    [() => guided(net, Number.NaN), 'guided: scale must be a finite number'],
  ];
  for (const [make, message] of wrong) {
    expect(make).toThrow(GenaiError);
    expect(make).toThrow(message);
  }
  using params = owned(conditional().init(key(0)));
  scope(() => {
    const d = conditional().given(params, labels());
    expect(() => d.logProb(zeros([3, 3, 4, 1]))).toThrow(
      'pixelModel.logProb: x: got shape [3, 3, 4, 1], expected […, 2, 3, 4, 1]',
    );
  });
});
