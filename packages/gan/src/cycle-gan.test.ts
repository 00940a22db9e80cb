import { GenaiError, type Key, key, type Layer, split } from '@genai/core';
import { owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { stepLaws } from '@genai/testing/step-laws';
import { add, cast, less, mul, neg, reshape, scalar, sub, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { moved, turns } from '../test/turns.js';
import { type CycleConsistentOptions, cycleConsistent } from './cycle-consistent.js';
import { cycleGan } from './cycle-gan.js';
import { r1 } from './gradient-penalty.js';
import { leCam } from './le-cam.js';
import { relativistic, wasserstein } from './losses.js';
import { patchCritic } from './patch-critic.js';
import { residualTranslator } from './residual-translator.js';
import { unetTranslator } from './unet-translator.js';

type One = { readonly w: Tensor };

const small = cycleGan({
  there: residualTranslator({ outputs: 2, width: 1, blocks: 1 }),
  back: unetTranslator({ size: 8, channels: 2, outputs: 1, width: 1 }),
  criticThere: patchCritic({ channels: 2, width: 1, layers: 1 }),
  criticBack: patchCritic({ width: 1, layers: 0 }),
});
const batch = () => ({
  from: uniformNoise(key(1), [2, 8, 8, 1], { min: -1 }),
  to: uniformNoise(key(2), [2, 8, 8, 2], { min: -1 }),
});

stepLaws('cycleConsistent', () => ({
  step: turns(cycleConsistent(small), { critic: 0.01, generator: 0.01 }),
  batch,
}));
stepLaws('cycleConsistent with what critics can have', () => ({
  step: turns(cycleConsistent(small, { loss: relativistic(), regularizers: [r1(0.1), leCam()] }), {
    critic: 0.01,
    generator: 0.01,
  }),
  batch,
}));

const times = (start: number): Layer<Tensor, One> => ({
  init: () => ({ w: scalar(start) }),
  apply: ({ w }, x) => mul(x, w),
});
/** G(x) = 2 x, F(y) = 3 y; the critics give 5 y and 7 x. */
const lines = cycleGan({ there: times(2), back: times(3), criticThere: times(5), criticBack: times(7) });
const number = (x: Tensor | undefined): number => x!.dataSync()[0]!;
const kinds = () => ({ from: tensor2d([[1], [2]]), to: tensor2d([[10], [-20]]) });
function tellOf(player: 'critic' | 'generator', options: CycleConsistentOptions, earlier?: ReturnType<typeof kinds>) {
  const game = cycleConsistent(lines, options);
  const turn = { step: scalar(0), memory: game.memory!.init() };
  const seen = { ...kinds(), ...(earlier && { earlier }) };
  const { values, grad } = moved(game, player, lines.init(key(0)), seen, key(1), turn);
  const { there, back } = grad as { there: One; back: One };
  const told = Object.fromEntries(Object.entries(values).map(([name, x]) => [name, number(x as Tensor)]));
  return { told, slopes: [number(there.w), number(back.w)] };
}

describe('known answers: the players', () => {
  test('each critic judges its kind: real ones and those translated from the other', () => {
    scope(() => {
      const { told, slopes } = tellOf('critic', { loss: wasserstein() });
      // There: real 50, −100, fake 5 · (2, 4); back: real 7, 14, fake 7 · (30, −60).
      expect(told).toEqual({
        loss: 15 + 25 + -105 - 10.5,
        realThere: -25,
        fakeThere: 15,
        realBack: 10.5,
        fakeBack: -105,
      });
      expect(slopes).toEqual([3 + 5, -15 - 1.5]);
    });
  });

  test('critics judge earlier translations where there are such', () => {
    scope(() => {
      const earlier = { from: tensor2d([[0], [2]]), to: tensor2d([[4], [4]]) };
      const { told } = tellOf('critic', { loss: wasserstein() }, earlier);
      expect([told.fakeThere, told.fakeBack]).toEqual([20, 7]);
    });
  });

  test('translators descend both adversarial losses and what is missing after the way there and back', () => {
    scope(() => {
      // F(G(x)) = 6 x: 5 · 1.5 away; G(F(y)) = 6 y: 5 · 15 away.
      const { told, slopes } = tellOf('generator', { loss: wasserstein(), cycle: 4 });
      expect(told.cycle).toBe(82.5);
      expect(told.identity).toBe(0);
      expect(told.loss).toBe(-15 + 105 + 4 * 82.5);
      // There: −5 · 1.5 and 4 · 3 · (1.5 + 15); back: −7 · −5 and 4 · 2 · (1.5 + 15)
      expect(slopes).toEqual([-7.5 + 198, 35 + 132]);
    });
  });

  test('the identity is weighed in where it is asked for', () => {
    scope(() => {
      // G(y) = 2 y is 15 away, F(x) = 3 x is 2 · 1.5 away.
      const { told } = tellOf('generator', { loss: wasserstein(), identity: 2 });
      expect(told.identity).toBe(18);
      expect(told.loss).toBe(-15 + 105 + 10 * 82.5 + 2 * 18);
    });
  });

  test('each critic has running means of its own', () => {
    const step = turns(cycleConsistent(lines, { loss: wasserstein(), decay: 0.75 }), {});
    using data = owned(kinds());
    using start = owned(step.init(key(0)));
    using after = owned(step.run(start, data, key(1)));
    const { there, back } = after.state.memory;
    expectClose([there.real, there.fake, back.real, back.fake], [-25 / 4, 15 / 4, 10.5 / 4, -105 / 4]);
  });
});

test('known answers: from pictures without pairs, translators find that one kind is the other inverted', () => {
  // Pixels are rarely bright in one kind and rarely dark in the other; critics tell three moments. G(x) = −x and F(y) = −y is
  // the equilibrium; the other side of its saddle, w > 0, leads to an increasing map, which a line cannot make right.
  const line = (): Layer<Tensor, { w: Tensor; b: Tensor }> => ({
    init: () => ({ w: scalar(-0.3), b: scalar(0) }),
    apply: ({ w, b }, x) => scope(() => add(mul(x, w), b)),
  });
  const cubic = (): Layer<Tensor, { u: Tensor; v: Tensor; t: Tensor }> => ({
    init: () => ({ u: scalar(0), v: scalar(0), t: scalar(0) }),
    apply: ({ u, v, t }, x) => scope(() => mul(x, add(u, mul(x, add(v, mul(x, t)))))),
  });
  const model = cycleGan({ there: line(), back: line(), criticThere: cubic(), criticBack: cubic() });
  const step = turns(cycleConsistent(model, { cycle: 2, regularizers: [r1(0.3)] }), { critic: 0.2, generator: 0.05 });
  let state = step.init(key(0));
  for (let i = 0; i < 150; i++) {
    using before = owned(state);
    const [first, second] = split(key(1000 + i));
    state = scope(() => step.run(before, { from: rare(first), to: neg(rare(second)) }, key(i)).state);
  }
  using last = owned(state);
  for (const { w, b } of Object.values(last.params.generator)) {
    expect(Math.abs(number(w) + 1)).toBeLessThan(0.2);
    expect(Math.abs(number(b))).toBeLessThan(0.2);
  }
});

test('errors: weights, and kinds that an identity cannot compare', () => {
  expect(() => cycleConsistent(lines, { cycle: -1 })).toThrow(GenaiError);
  expect(() => cycleConsistent(lines, { identity: Number.POSITIVE_INFINITY })).toThrow(
    'cycleConsistent: identity must be a finite number of at least 0, got Infinity.',
  );
  expect(() => cycleConsistent(lines, { decay: -1 })).toThrow('cycleConsistent: decay must be from 0 to 1, got -1.');
  const odd = cycleGan({
    ...{ there: times(1), back: times(1), criticThere: times(1), criticBack: times(1) },
    back: { init: () => ({ w: scalar(1) }), apply: ({ w }, x) => reshape(mul(x, w), [1, 2]) },
  });
  const game = cycleConsistent(odd);
  scope(() => {
    const turn = { step: scalar(0), memory: game.memory!.init() };
    expect(() => game.players.generator(odd.init(key(0)), kinds(), key(1), turn)).toThrow(GenaiError);
  });
});

/** (64, 2, 2, 1): 0.8 with probability ¼, −0.8 otherwise. */
function rare(k: Key): Tensor {
  return scope(() => sub(mul(cast(less(uniformNoise(k, [64, 2, 2, 1]), 0.25), 'float32'), 1.6), 0.8));
}
