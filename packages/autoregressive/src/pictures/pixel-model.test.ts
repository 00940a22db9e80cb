import { GenaiError, key, type Tree } from '@genai/core';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  div,
  exp,
  fill,
  greater,
  mul,
  ones,
  reshape,
  round,
  sum,
  type Tensor,
  tensor,
  tile,
  where,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { drawNaively } from '../../test/draw-naively.js';
import { binaryPixels } from './binary-pixels.js';
import { conditionalPixelModel } from './conditional-pixel-model.js';
import { guided } from './guided.js';
import { levelPixels } from './level-pixels.js';
import { mixturePixels } from './mixture-pixels.js';
import { pixelCnn } from './pixel-cnn.js';
import type { PixelEmission } from './pixel-emission.js';
import { pixelModel } from './pixel-model.js';
import type { PixelNet } from './pixel-net.js';

const small = { width: 4, layers: 2, head: 8 };
modelLaws('pixelModel of binary pixels', () => ({
  model: pixelModel({ net: pixelCnn(small), emission: binaryPixels(), height: 3, width: 4 }),
  context: () => undefined,
  data: () => round(uniformNoise(key(2), [5, 3, 4, 1])),
}));
modelLaws('pixelModel of colours', () => {
  const emission = mixturePixels({ mixtures: 2, channels: 3 });
  const net = pixelCnn({ ...small, channels: 3, outputs: emission.outputs });
  return {
    model: pixelModel({ net, emission, height: 3, width: 4 }),
    context: () => undefined,
    data: () => uniformNoise(key(2), [5, 3, 4, 3]),
  };
});

describe('laws: a draw is, pixel for pixel, that of the whole net at each pixel', () => {
  const cases: [string, PixelEmission][] = [
    ['binary', binaryPixels({ channels: 2 })],
    ['of levels', levelPixels({ channels: 2, levels: 5 })],
    ['of mixtures', mixturePixels({ mixtures: 3, channels: 3 })],
  ];
  test.each(cases)('%s pixels', (_name, emission) => {
    const net = pixelCnn({ ...small, channels: emission.channels, outputs: emission.outputs });
    expectNaive(net, emission);
  });

  test('in a context, and guided', () => {
    const net = pixelCnn({ ...small, context: 3 });
    expectNaive(net, binaryPixels());
    expectNaive(guided(net, 3), binaryPixels());
  });

  function expectNaive<P extends Tree<Tensor>, S extends Tree<Tensor>>(
    net: PixelNet<P, S>,
    emission: PixelEmission,
  ): void {
    using params = owned(net.init(key(1)));
    scope(() => {
      const context = net.context ? normalNoise(key(5), [3, net.context]) : undefined;
      const identity = { init: () => ({}), apply: (_params: unknown, x: Tensor): Tensor => x };
      const parts = { net, emission, height: 4, width: 5 };
      const drawn = context
        ? conditionalPixelModel({ ...parts, context: identity })
            .given({ net: params, context: {} }, context)
            .sample(key(2))
        : pixelModel(parts).given(params).sample(key(2), [3]);
      expectClose(drawn, drawNaively(net, emission, params, [3, 4, 5], key(2), context), { absolute: 1e-6 });
    });
  }
});

test('known answers: the probabilities of all pictures sum to 1, and draws occur as often as they say', () => {
  const model = pixelModel({ net: pixelCnn(small), emission: binaryPixels(), height: 2, width: 2 });
  using params = owned(model.init(key(3)));
  scope(() => {
    const pictures = Array.from({ length: 16 }, (_, i) => [8, 4, 2, 1].map((bit) => (i & bit ? 1 : 0)));
    const d = model.given(params);
    const p = exp(d.logProb(tensor(pictures.flat(), [16, 2, 2, 1]))); // (16)
    expectClose(sum(p), [1]);
    const count = 4000;
    const draws = d.sample(key(4), [count]).dataSync();
    const times = new Array<number>(16).fill(0);
    for (let i = 0; i < count; i++) times[[...draws.slice(4 * i, 4 * i + 4)].reduce((a, b) => 2 * a + b, 0)]!++;
    for (const [i, q] of p.dataSync().entries()) {
      expect(Math.abs(times[i]! / count - q)).toBeLessThan(4 * Math.sqrt((q * (1 - q)) / count) + 1e-9);
    }
  });
});

test('known answers: levels have the probabilities of their softmax, between them the nearest counts', () => {
  scope(() => {
    const logits = [0, 1, 2, 3, -1, 0, 5, 0];
    const d = levelPixels({ channels: 2, levels: 4 }).given({}, tensor(logits, [1, 8]));
    expect([d.batchShape, d.eventShape]).toEqual([[1], [2]]);
    const logSoftmax = (of: readonly number[], i: number): number =>
      of[i]! - Math.log(of.reduce((sum, x) => sum + Math.exp(x), 0));
    const expected = logSoftmax(logits.slice(0, 4), 1) + logSoftmax(logits.slice(4), 3);
    for (const x of [
      [1 / 3, 1],
      [0.4, 0.9],
    ])
      expectClose(d.logProb(tensor(x, [1, 2])), [expected]);
    const values = new Set(d.sample(key(0), [200]).dataSync());
    expect([...values].every((value) => Math.abs(3 * value - Math.round(3 * value)) < 1e-6)).toBe(true);
    expect(values.size).toBe(4);
  });
});

test('laws: what is known stays, what is not is drawn by its own key and never looked at', () => {
  const model = pixelModel({ net: pixelCnn(small), emission: binaryPixels(), height: 4, width: 4 });
  using params = owned(model.init(key(3)));
  scope(() => {
    const d = model.given(params);
    const x = round(uniformNoise(key(1), [2, 3, 4, 4, 1]));
    const known = tensor(
      Array.from({ length: 16 }, (_, i) => (i < 6 || i === 9 ? 1 : 0)),
      [4, 4],
    );
    const mask = reshape(known, [4, 4, 1]);
    const whole = d.complete(key(5), x, known);
    expect(whole.shape).toEqual(x.shape);
    expectClose(mul(whole, mask), mul(x, mask));
    const holes = where(greater(mask, 0), x, fill(x.shape as never, Number.NaN));
    expectClose(d.complete(key(5), holes, known), whole);
    expectClose(d.complete(key(5), x, ones([4, 4])), x);
    expectClose(d.complete(key(5), zeros([7, 4, 4, 1]), zeros([4, 4])), d.sample(key(5), [7]));
    expect(d.complete(key(6), x, known).dataSync()).not.toEqual(whole.dataSync());
  });
});

test('known answers: a picture of which the first row is known is completed as often as its density says', () => {
  const model = pixelModel({ net: pixelCnn(small), emission: binaryPixels(), height: 2, width: 2 });
  using params = owned(model.init(key(3)));
  scope(() => {
    const d = model.given(params);
    const wholes = [0, 0, 0, 1, 1, 0, 1, 1].flatMap((_, i, bits) => (i % 2 ? [] : [1, 0, bits[i]!, bits[i + 1]!]));
    const joint = exp(d.logProb(tensor(wholes, [4, 2, 2, 1])));
    const p = div(joint, sum(joint)).dataSync(); // p(second row | first row 1, 0)
    const count = 4000;
    const start = tile(tensor([1, 0, 9, 9], [1, 2, 2, 1]), [count, 1, 1, 1]);
    const drawn = d.complete(key(4), start, tensor([1, 1, 0, 0], [2, 2])).dataSync();
    const times = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) times[2 * drawn[4 * i + 2]! + drawn[4 * i + 3]!]!++;
    for (const [i, q] of p.entries()) {
      expect(Math.abs(times[i]! / count - q)).toBeLessThan(4 * Math.sqrt((q * (1 - q)) / count));
    }
  });
});

test('errors: parts that do not fit, and pictures of another size', () => {
  const parts = { net: pixelCnn(small), emission: binaryPixels(), height: 3, width: 4 };
  const wrong: [() => unknown, string][] = [
    [() => pixelModel({ ...parts, height: 0 }), 'pixelModel: height must be an integer of at least 1'],
    [() => pixelModel({ ...parts, emission: levelPixels() }), 'the emission has 1 and needs 256'],
    [() => pixelModel({ ...parts, net: pixelCnn({ ...small, context: 3 }) }), 'Use conditionalPixelModel'],
    [() => levelPixels({ levels: 1 }), 'levelPixels: levels must be an integer of at least 2'],
    [() => binaryPixels({ channels: 0 }), 'binaryPixels: channels'],
    [() => mixturePixels({ mixtures: 0 }), 'mixturePixels: mixtures'],
    [() => mixturePixels({ mixtures: 2, bins: 1 }), 'bins must be an integer of at least 2'],
    [() => pixelCnn({ kernel: 4 }), 'pixelCnn: kernel must be an odd integer of at least 3, got 4'],
    [() => pixelCnn({ layers: 0 }), 'pixelCnn: layers'],
  ];
  for (const [make, message] of wrong) {
    expect(make).toThrow(GenaiError);
    expect(make).toThrow(message);
  }
  const model = pixelModel(parts);
  using params = owned(model.init(key(0)));
  scope(() => {
    const d = model.given(params);
    expect(() => d.logProb(zeros([2, 4, 3, 1]))).toThrow(
      'pixelModel.logProb: x: got shape [2, 4, 3, 1], expected […, 3, 4, 1]',
    );
    expect(() => d.complete(key(0), zeros([3, 4, 1]), zeros([4, 3]))).toThrow(
      'known: got shape [4, 3], expected [3, 4]',
    );
  });
});
