import { GenaiError, key } from '@genai/core';
import { mlp } from '@genai/nn';
import { leakyRelu, normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { stepLaws } from '@genai/testing/step-laws';
import { argMax, mean, memory, mul, scalar, slice, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { turns } from '../test/turns.js';
import { adversarial } from './adversarial.js';
import { informative } from './informative.js';
import { nonSaturating } from './losses.js';
import { structuredCodes } from './structured-codes.js';

const act = { activation: (x: Tensor): Tensor => leakyRelu(x, 0.2) };
const small = informative({
  generator: mlp([1 + 3 + 1, 8, 2], act),
  critic: mlp([2, 4, 1], act),
  reader: mlp([2, 16, 3 + 2], act),
  codes: { noise: 1, categories: [3], continuous: 1 },
});
const game = adversarial(small, { loss: nonSaturating(), generatorRegularizers: [small.information(1)] });

modelLaws('an InfoGAN', () => ({ model: small, context: () => undefined }));
stepLaws('a game of an InfoGAN', () => ({
  step: turns(game, { critic: 0.1, generator: 0.1 }),
  batch: () => normalNoise(key(1), [4, 2]),
}));

describe('known answers: structuredCodes', () => {
  test('noise, then one-hot vectors, then numbers within ±1', () => {
    scope(() => {
      const prior = structuredCodes({ noise: 2, categories: [3, 2], continuous: 1 }).given({});
      expect([prior.batchShape, prior.eventShape]).toEqual([[], [8]]);
      const z = prior.sample(key(0), [300, 2]);
      expect(z.shape).toEqual([300, 2, 8]);
      const rows = Array.from({ length: 600 }, (_, i) => Array.from(z.dataSync().slice(8 * i, 8 * i + 8)));
      const counts = [0, 0, 0, 0, 0];
      for (const row of rows) {
        const [three, two] = [row.slice(2, 5), row.slice(5, 7)];
        expect([...three].sort()).toEqual([0, 0, 1]);
        expect([...two].sort()).toEqual([0, 1]);
        expect(Math.abs(row[7]!)).toBeLessThanOrEqual(1);
        for (const [i, one] of [...three, ...two].entries()) counts[i]! += one;
      }
      for (const [i, count] of counts.entries()) expect(Math.abs(count - (i < 3 ? 200 : 300))).toBeLessThan(50);
      const noise = rows.flatMap((row) => row.slice(0, 2));
      expect(Math.abs(noise.reduce((a, b) => a + b * b, 0) / noise.length - 1)).toBeLessThan(0.2);
    });
  });

  test('its log density', () => {
    scope(() => {
      const prior = structuredCodes({ noise: 1, categories: [4], continuous: 2 }).given({});
      // log N(0.6), log 1/4, twice log 1/2
      const wanted = -0.5 * Math.log(2 * Math.PI) - 0.18 - Math.log(4) - 2 * Math.LN2;
      expectClose(prior.logProb(tensor2d([[0.6, 0, 1, 0, 0, 0.5, -0.2]])), [wanted]);
      expect(
        structuredCodes({ noise: 0, categories: [2] })
          .given({})
          .sample(key(0), [3]).shape,
      ).toEqual([3, 2]);
      expectClose(
        structuredCodes({ noise: 0, categories: [2] })
          .given({})
          .logProb(tensor2d([[0, 1]])),
        [-Math.LN2],
      );
    });
  });
});

describe('known answers: informative', () => {
  test('information is −log q(c | x): of a reader that gives the same for all, its own cross-entropy', () => {
    const bias = [0, 0, Math.log(2), 0.25, Math.log(Math.E - 1)]; // logits, mean, and a scale of softplus⁻¹(1)
    const blind = informative({
      generator: mlp([5, 2]),
      critic: mlp([2, 1]),
      reader: {
        init: () => ({}),
        apply: (_params: object, x) => scope(() => tensor2d(Array.from({ length: x.shape[0]! }, () => bias))),
      },
      codes: { noise: 1, categories: [3], continuous: 1 },
    });
    scope(() => {
      const z = tensor2d([
        [9, 1, 0, 0, 0.25],
        [9, 0, 0, 1, -0.75],
      ]);
      const zero = scalar(0);
      const turn = { step: zero, memory: { real: zero, fake: zero, strength: zero, path: zero } };
      const view = {
        generate: (x: Tensor) => x,
        generator: { net: [], reader: {} },
        z,
        fake: zeros([2, 2]),
        key: key(0),
        turn,
      };
      const scale = 1.001;
      const logNormal = (d: number): number => -0.5 * Math.log(2 * Math.PI) - Math.log(scale) - 0.5 * (d / scale) ** 2;
      const each = [Math.log(1 / 4) + logNormal(0), Math.log(2 / 4) + logNormal(1)];
      expectClose(blind.information(2)(view).cost, [-(each[0]! + each[1]!)]);
      const { categories, loc } = blind.read({ net: [] as never, reader: {} }, zeros([1, 2]));
      expectClose(categories[0]!, bias.slice(0, 3));
      expectClose(loc, [0.25]);
    });
  });

  test('a generator and a reader that move together come to tell all three kinds apart', () => {
    const kinds = informative({
      generator: mlp([1 + 3, 8, 2], act),
      critic: mlp([2, 1]),
      reader: mlp([2, 16, 3], act),
      codes: { noise: 1, categories: [3] },
    });
    // The critic stands still, and so must say nothing.
    const silent = { critic: nonSaturating().critic, generator: (fake: Tensor) => mul(mean(fake), 0) };
    const told = adversarial(kinds, { loss: silent, generatorRegularizers: [kinds.information(1)] });
    const step = turns(told, { generator: 0.1 });
    using data = owned({ x: normalNoise(key(1), [64, 2]) });
    let state = step.init(key(2));
    for (let i = 0; i < 150; i++) {
      using before = owned(state);
      state = scope(() => step.run(before, data.x, key(i)).state);
    }
    using last = owned(state);
    scope(() => {
      const z = kinds.prior().sample(key(99), [200]);
      const { generator } = last.params;
      const found = argMax(kinds.read(generator, kinds.generate(generator, z)).categories[0]!, -1).dataSync();
      const wanted = argMax(slice(z, [0, 1], [-1, 3]), -1).dataSync();
      const right = Array.from(wanted).filter((kind, i) => kind === found[i]).length;
      expect(right).toBeGreaterThan(190);
    });
  });
});

test('laws: what is read is all that is left over', () => {
  using params = owned(small.init(key(0)));
  using world = owned({ x: zeros([3, 2]) });
  const before = memory().numTensors;
  using reading = owned({ ...small.read(params.generator, world.x) });
  expect(memory().numTensors - before).toBe(3);
  expect(reading.scale.shape).toEqual([3, 1]);
});

test('errors: layouts that are none, a reader that does not fit', () => {
  expect(() => structuredCodes({ noise: 0 })).toThrow(GenaiError);
  expect(() => structuredCodes({ noise: 1, categories: [1] })).toThrow(
    'kinds of a category must be an integer of at least 2',
  );
  const parts = { generator: mlp([4, 2]), critic: mlp([2, 1]), reader: mlp([2, 2]) };
  expect(() => informative({ ...parts, codes: { noise: 4 } })).toThrow('informative: codes are noise alone');
  const wrong = informative({ ...parts, codes: { noise: 1, categories: [3] } });
  expect(() => wrong.information(-1)).toThrow('information: the weight must be a finite number');
  using params = owned(wrong.init(key(0)));
  using world = owned({ x: zeros([3, 2]) });
  expect(() => wrong.read(params.generator, world.x)).toThrow(
    'informative: the reader: got shape [3, 2], expected [batch, 3].',
  );
});
