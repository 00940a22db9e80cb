import { GenaiError, type Key, key, type Layer, type NoParams, split } from '@genai/core';
import { type Conditioned, mlp } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { stepLaws } from '@genai/testing/step-laws';
import {
  abs,
  add,
  cast,
  concat,
  floor,
  greaterEqual,
  less,
  logicalAnd,
  mean,
  mul,
  neg,
  reshape,
  scalar,
  sub,
  type Tensor,
  tensor,
  tensor2d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { moved, turns } from '../test/turns.js';
import { r1 } from './gradient-penalty.js';
import { leCam } from './le-cam.js';
import { hinge, relativistic, wasserstein } from './losses.js';
import { pairedChannels } from './paired-channels.js';
import { pairedTranslation } from './paired-translation.js';
import { patchCritic } from './patch-critic.js';
import { type Pix2pixOptions, pix2pix } from './pix2pix.js';
import { topK } from './top-k.js';
import { unetTranslator } from './unet-translator.js';

type One = { readonly w: Tensor };

const net = () => unetTranslator({ size: 8, width: 2 });
const patches = () => pairedChannels(patchCritic({ channels: 2, width: 2, layers: 1 }));
const small = pairedTranslation({ translator: net(), critic: patches() });
const pictures =
  (seed: number): (() => Tensor) =>
  () =>
    uniformNoise(key(seed), [2, 8, 8, 1], { min: -1 });

modelLaws('pairedTranslation', () => ({ model: small, context: pictures(1) }));
stepLaws('pix2pix', () => ({
  step: turns(pix2pix(small), { critic: 0.01, generator: 0.01 }),
  batch: () => ({ x: pictures(1)(), context: pictures(2)() }),
}));
stepLaws('pix2pix with what a critic can have', () => ({
  step: turns(pix2pix(small, { loss: topK(relativistic(), 0.5), regularizers: [r1(0.1), leCam()] }), {
    critic: 0.01,
    generator: 0.01,
  }),
  batch: () => ({ x: pictures(1)(), context: pictures(2)() }),
}));

/** G(c) = 2 c; the critic's three patches are 1, 2 and 3 times w (x + 10 c), of (batch, 1). */
const lines = pairedTranslation<One, One>({
  translator: { init: () => ({ w: scalar(2) }), apply: ({ w }, x) => mul(x, w) },
  critic: {
    init: () => ({ w: scalar(1) }),
    apply: ({ w }, { x, context }) =>
      scope(() => {
        const one = mul(add(x, mul(context, 10)), w); // (batch, 1)
        return reshape(concat([one, mul(one, 2), mul(one, 3)], 1), [x.shape[0]!, 3, 1, 1]);
      }),
  },
});
const number = (x: Tensor | undefined): number => x!.dataSync()[0]!;
function tellOf(player: 'critic' | 'generator', options: Pix2pixOptions) {
  const game = pix2pix(lines, options);
  const turn = { step: scalar(0), memory: game.memory!.init() };
  const batch = { x: tensor2d([[1], [-3]]), context: tensor2d([[1], [2]]) };
  const { values, grad } = moved(game, player, lines.init(key(0)), batch, key(1), turn);
  return { values, slope: number((grad as One).w) };
}

describe('known answers: the players', () => {
  test('a critic judges each picture beside what it was made from, and its loss is a mean over patches', () => {
    scope(() => {
      // Real x + 10 c: 11, 17; fake 2 c + 10 c: 12, 24; a mean patch is twice that.
      const { values, slope } = tellOf('critic', { loss: wasserstein() });
      expect(Object.entries(values).map(([name, x]) => [name, number(x)])).toEqual([
        ['loss', 8],
        ['real', 28],
        ['fake', 36],
        ['sure', 1],
      ]);
      expect(slope).toBe(8);
    });
  });

  test('the loss is a mean of losses, not the loss of a mean', () => {
    scope(() => {
      const some = pairedTranslation<NoParams, One>({
        translator: { init: () => ({}), apply: (_params, x) => mul(x, 0) },
        critic: { init: () => ({ w: scalar(1) }), apply: ({ w }, { x }) => reshape(mul(x, w), [1, 2, 1, 1]) },
      });
      const game = pix2pix(some, { loss: hinge() });
      const turn = { step: scalar(0), memory: game.memory!.init() };
      const batch = { x: tensor([3, -3], [1, 2, 1]), context: zeros([1, 2, 1]) };
      const { values } = moved(game, 'critic', some.init(key(0)), batch, key(1), turn);
      expect(number(values.loss)).toBe((0 + 4) / 2 + 1); // of the mean, 0, it would be 1 + 1
    });
  });

  test('a regulariser sees the mean over the patches of a picture: r1 is γ/2 (2 w)²', () => {
    scope(() => {
      const { values, slope } = tellOf('critic', { loss: wasserstein(), regularizers: [r1(3)] });
      expect(number(values.loss)).toBeCloseTo(8 + 6, 5);
      expect(slope).toBeCloseTo(8 + 12, 5);
    });
  });

  test('a translator descends the adversarial loss and λ times the mean distance', () => {
    scope(() => {
      // Distances |2 − 1| and |4 + 3|, mean 4; numbers of patches 24 and 48.
      const { values, slope } = tellOf('generator', { loss: wasserstein(), reconstruction: 5 });
      expect(number(values.reconstruction)).toBe(4);
      expect(number(values.loss)).toBe(-36 + 5 * 4);
      expect(slope).toBe(-3 + 5 * 1.5); // 2 c, mean 3, and c, mean 1.5
      expect(number(tellOf('generator', { loss: wasserstein() }).values.loss)).toBe(-36 + 400);
    });
  });

  test('the memory holds running means of what was told', () => {
    const step = turns(pix2pix(lines, { loss: wasserstein(), decay: 0.75 }), {});
    using batch = owned({ x: tensor2d([[1], [-3]]), context: tensor2d([[1], [2]]) });
    using start = owned(step.init(key(0)));
    using after = owned(step.run(start, batch, key(1)));
    expectClose(after.state.memory.real, 28 / 4);
    expectClose(after.state.memory.fake, 36 / 4);
  });
});

describe('known answers: a translation', () => {
  test('draws are translations with noise, each picture in its place', () => {
    const noisy = pairedTranslation<NoParams, NoParams>({
      translator: {
        init: () => ({}),
        apply: (_params, x, k) => scope(() => (k ? add(x, mul(normalNoise(k, x.shape), 0.01)) : add(x, 0))),
      },
      critic: { init: () => ({}), apply: (_params, { x }) => x },
    });
    scope(() => {
      const from = tensor2d([[1], [2], [3]]);
      const drawn = noisy.given(noisy.init(key(0)), from).sample(key(1), [2, 2]);
      expect(drawn.shape).toEqual([2, 2, 3, 1]);
      expect(Array.from(drawn.dataSync(), Math.round)).toEqual([1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3]);
      expect(new Set(drawn.dataSync()).size).toBe(12);
      expect(noisy.given(noisy.init(key(0)), from).sample(key(1)).shape).toEqual([3, 1]);
      expectClose(noisy.translate({}, from), from);
    });
  });

  test('a critic of (batch), of (batch, 1) and of a map', () => {
    const judged = (apply: (x: Tensor) => Tensor) => {
      const critic: Layer<Tensor, NoParams, Conditioned> = { init: () => ({}), apply: (_params, { x }) => apply(x) };
      return pairedTranslation({ translator: mlp([2, 2]), critic }).judge({}, zeros([3, 4]), zeros([3, 2]));
    };
    scope(() => {
      expect(judged(() => zeros([3])).shape).toEqual([3, 1]);
      expect(judged(() => zeros([3, 1])).shape).toEqual([3, 1]);
      expect(judged(() => zeros([3, 2, 5, 1])).shape).toEqual([3, 10]);
      expect(() => judged(() => zeros([3, 2]))).toThrow(GenaiError);
      expect(() => judged(() => zeros([2, 1]))).toThrow(
        'pairedTranslation: the critic: got shape [2, 1], expected [3] or [3, …, 1]',
      );
    });
  });
});

test('known answers: a U-Net learns to invert pictures that it has not seen', () => {
  const model = pairedTranslation({
    translator: unetTranslator({ size: 8, width: 4 }),
    critic: pairedChannels(patchCritic({ channels: 2, width: 4, layers: 1 })),
  });
  const step = turns(pix2pix(model, { reconstruction: 10 }), { critic: 0.05, generator: 0.1 });
  const apart = (generator: (typeof state)['params']['generator']): number =>
    scope(() => {
      const x = squares(key(5), 16);
      return number(mean(abs(add(model.translate(generator, x), x))));
    });
  let state = step.init(key(1));
  expect(apart(state.params.generator)).toBeGreaterThan(0.5);
  for (let i = 0; i < 60; i++) {
    using before = owned(state);
    state = scope(() => {
      const x = squares(key(1000 + i), 8);
      return step.run(before, { context: x, x: neg(x) }, key(i)).state;
    });
  }
  using last = owned(state);
  expect(apart(last.params.generator)).toBeLessThan(0.25);
});

test('errors: weights, and pictures of another shape', () => {
  expect(() => pix2pix(small, { reconstruction: -1 })).toThrow(GenaiError);
  expect(() => pix2pix(small, { reconstruction: Number.NaN })).toThrow(
    'pix2pix: reconstruction must be a finite number of at least 0, got NaN.',
  );
  expect(() => pix2pix(small, { decay: 2 })).toThrow('pix2pix: decay must be from 0 to 1, got 2.');
  const wide = pairedTranslation({ translator: unetTranslator({ size: 8, width: 1, outputs: 2 }), critic: patches() });
  const game = pix2pix(wide);
  scope(() => {
    const turn = { step: scalar(0), memory: game.memory!.init() };
    const batch = { x: pictures(1)(), context: pictures(2)() };
    expect(() => game.players.generator(wide.init(key(0)), batch, key(1), turn)).toThrow(
      'pix2pix: got pictures of shapes [2, 8, 8, 2] and [2, 8, 8, 1], expected one shape.',
    );
    const params = small.init(key(0));
    expect(() => small.judge(params.critic, batch.x, zeros([2, 4, 4, 1]))).toThrow(
      'pairedChannels: the context: got shape [2, 4, 4, 1], expected [2, 8, 8, channels].',
    );
  });
});

/** Squares of 4 × 4 somewhere in 8 × 8: 0.8 on −0.8. */
function squares(k: Key, count: number): Tensor {
  return scope(() => {
    const within = (start: Tensor, shape: number[]): Tensor => {
      const places = tensor([0, 1, 2, 3, 4, 5, 6, 7], shape, 'float32');
      return logicalAnd(greaterEqual(places, start), less(places, add(start, 4)));
    };
    const [top, left] = split(k).map((k) => floor(mul(uniformNoise(k, [count, 1, 1]), 5))) as [Tensor, Tensor];
    const on = cast(logicalAnd(within(top, [1, 8, 1]), within(left, [1, 1, 8])), 'float32');
    return reshape(sub(mul(on, 1.6), 0.8), [count, 8, 8, 1]);
  });
}
