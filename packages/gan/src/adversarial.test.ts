import { type Distribution, GenaiError, key, type Layer, type Model, type NoParams } from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { mlp } from '@genai/nn';
import { leakyRelu, normalNoise, owned, scope, uniformNoise } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { stepLaws } from '@genai/testing/step-laws';
import { add, concat, mul, reshape, scalar, sum, type Tensor, tensor, tensor2d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { moved, turns } from '../test/turns.js';
import { type AdversarialMemory, type AdversarialOptions, adversarial } from './adversarial.js';
import { conditionalGan, gan } from './gan.js';
import { gradientPenalty, r1, r2 } from './gradient-penalty.js';
import { hinge, nonSaturating, relativistic, wasserstein } from './losses.js';
import { pathLength } from './path-length.js';

type One = { readonly w: Tensor };

/** x → w x, a number for each row. */
const times = (start: number): Layer<Tensor, One> => ({
  init: () => ({ w: scalar(start) }),
  apply: ({ w }, x) => mul(x, w),
});
/** Codes 1, 2, 3 … whatever the key. */
const counting: Model<NoParams, Distribution<Tensor>> = {
  init: () => ({}),
  given: () => ({
    batchShape: [],
    eventShape: [1],
    sample: (_key, [rows = 1] = []) => tensor2d(Array.from({ length: rows }, (_, i) => [i + 1])),
    logProb: (x) => reshape(x, [-1]),
  }),
};
/** G(z) = 2 z, D(x) = 3 x. */
const lines = gan({ generator: times(2), critic: times(3), prior: counting });
const number = (x: Tensor | undefined): number => x!.dataSync()[0]!;
const remembered = (parts: Partial<Record<keyof AdversarialMemory, number>> = {}): AdversarialMemory => ({
  real: scalar(parts.real ?? 0),
  fake: scalar(parts.fake ?? 0),
  strength: scalar(parts.strength ?? 0),
  path: scalar(parts.path ?? 0),
});
/** What a player of `lines` tells at its first parameters for the examples 1 and −3, and the slope at its own number. */
function tellOf(player: 'critic' | 'generator', options: AdversarialOptions, memory = remembered()) {
  const game = adversarial(lines, options);
  const turn = { step: scalar(0), memory };
  const { values, grad } = moved(game, player, lines.init(key(0)), tensor2d([[1], [-3]]), key(1), turn);
  return { values, slope: number((grad as One).w) };
}

const small = gan({
  generator: mlp([2, 4, 2], { activation: (x) => leakyRelu(x, 0.2) }),
  critic: mlp([2, 4, 1], { activation: (x) => leakyRelu(x, 0.2) }),
  prior: standardNormal(2),
});
const batch = (): Tensor => normalNoise(key(8), [4, 2]);
const jitter = (x: Tensor, k: typeof keyOf, strength: Tensor): Tensor =>
  scope(() => add(x, mul(uniformNoise(k, x.shape), strength)));
const keyOf = key(0);

stepLaws('adversarial', () => ({
  step: turns(adversarial(small, { loss: nonSaturating() }), { critic: 0.1, generator: 0.1 }),
  batch,
}));
stepLaws('adversarial with everything', () => ({
  step: turns(
    adversarial(small, {
      loss: relativistic(),
      regularizers: [r1(0.1), r2(0.1), gradientPenalty(1)],
      generatorRegularizers: [pathLength()],
      augment: jitter,
      strength: { speed: 0.1 },
    }),
    { critic: 0.1, generator: 0.1 },
  ),
  batch,
}));
stepLaws('adversarial of a conditional model', () => ({
  step: turns(
    adversarial(
      conditionalGan({ generator: beside(mlp([4, 2])), critic: beside(mlp([4, 1])), prior: standardNormal(2) }),
      { loss: hinge(), regularizers: [r1(0.1)] },
    ),
    { critic: 0.1, generator: 0.1 },
  ),
  batch: () => ({ x: batch(), context: normalNoise(key(9), [4, 2]) }),
}));

describe('known answers: the players', () => {
  test('what the critic tells, and where it goes', () => {
    scope(() => {
      const { values, slope } = tellOf('critic', { loss: wasserstein() });
      // real 3, −9; fake 3 · (2, 4) = 6, 12; the loss 9 − (−3) has slope (2 + 4) / 2 − (1 − 3) / 2 at w
      expect(Object.fromEntries(Object.entries(values).map(([name, x]) => [name, number(x)]))).toEqual({
        loss: 12,
        real: -3,
        fake: 9,
        sure: 0,
      });
      expect(slope).toBe(4);
    });
  });

  test('what the generator tells, and where it goes', () => {
    scope(() => {
      const { values, slope } = tellOf('generator', { loss: wasserstein() });
      expect(number(values.loss)).toBe(-9);
      expect(number(values.path)).toBe(0);
      expect(slope).toBe(-4.5); // −w (1 + 2) / 2
    });
  });

  test('the relativistic generator sees the real examples of the batch', () => {
    scope(() => {
      const { values } = tellOf('generator', { loss: relativistic() });
      const softplus = (x: number): number => Math.log1p(Math.exp(x));
      expectClose(values.loss, [(softplus(3 - 6) + softplus(-9 - 12)) / 2]);
    });
  });

  test('costs are added: r1 of a line is γ w² / 2', () => {
    scope(() => {
      const { values, slope } = tellOf('critic', { loss: wasserstein(), regularizers: [r1(2), r2(4)] });
      expect(number(values.loss)).toBeCloseTo(12 + 9 + 18, 5);
      expect(slope).toBeCloseTo(4 + 6 + 12, 5);
    });
  });

  test('costs of the generator are added, each with a key of its own, and a path is told', () => {
    const keys: string[] = [];
    scope(() => {
      const { values, slope } = tellOf('generator', {
        loss: wasserstein(),
        generatorRegularizers: [
          ({ generator, z, fake, key }) => {
            keys.push(String(key));
            expect(Array.from(z.dataSync())).toEqual([1, 2]);
            expect(Array.from(fake.dataSync())).toEqual([2, 4]);
            return { cost: mul((generator as One).w, 10) };
          },
          ({ generate, z, key }) => {
            keys.push(String(key));
            return { cost: sum(generate(z)), path: scalar(7) };
          },
        ],
      });
      expect(number(values.loss)).toBe(-9 + 20 + 6);
      expect(slope).toBe(-4.5 + 10 + 3);
      expect(number(values.path)).toBe(7);
    });
    expect(new Set(keys).size).toBe(2);
  });

  test('a player moves itself alone', () => {
    for (const [mover, still] of [
      ['critic', 'generator'],
      ['generator', 'critic'],
    ] as const) {
      const step = turns(adversarial(lines, { loss: wasserstein() }), { [mover]: 0.5 });
      using data = owned({ x: tensor2d([[1], [-3]]) });
      using before = owned(step.init(key(0)));
      using after = owned(step.run(before, data.x, key(1)));
      const at = (state: typeof after.state, player: typeof mover): number => number(state.params[player].w);
      expect(at(after.state, still)).toBe(at(before, still));
      expect(at(after.state, mover)).toBe(mover === 'critic' ? 3 - 0.5 * 4 : 2 + 0.5 * 4.5);
    }
  });
});

describe('known answers: augmentation', () => {
  test('real and generated examples are changed by different keys, as strongly as the memory says', () => {
    const seen: { values: number[]; key: string; strength: number }[] = [];
    const augment = (x: Tensor, k: typeof keyOf, strength: Tensor): Tensor => {
      seen.push({ values: Array.from(x.dataSync()), key: String(k), strength: number(strength) });
      return mul(x, 2);
    };
    scope(() => {
      const critic = tellOf('critic', { loss: wasserstein(), augment }, remembered({ strength: 0.25 }));
      expect(number(critic.values.real)).toBe(-6);
      expect(number(critic.values.fake)).toBe(18);
      expect(seen.map(({ values }) => values)).toEqual([
        [1, -3],
        [2, 4],
      ]);
      expect(seen.map(({ strength }) => strength)).toEqual([0.25, 0.25]);
      expect(seen[0]!.key).not.toBe(seen[1]!.key);
      const generator = tellOf('generator', { loss: wasserstein(), augment }, remembered());
      expect(generator.slope).toBe(-9); // through the augmentation: twice −4.5
    });
    expect(seen).toHaveLength(3); // of the generator's own examples alone
  });

  test('an adaptive strength rises while the critic is sure, falls otherwise, and stays from 0 to 1', () => {
    const following = (before: number, sure: number, strength: AdversarialOptions['strength']): number =>
      scope(() => {
        const { memory } = adversarial(lines, { loss: hinge(), ...(strength !== undefined && { strength }) });
        const told = { real: scalar(0), fake: scalar(0), path: scalar(0), sure: scalar(sure) };
        const next = memory!.next(remembered({ strength: before }), {
          ...told,
          critic: scalar(0),
          generator: scalar(0),
        });
        return number(next.strength);
      });
    expect(following(0.5, 0.9, { speed: 0.125 })).toBe(0.625);
    expect(following(0.5, 0.5, { speed: 0.125 })).toBe(0.375);
    expect(following(0.5, 0.5, { target: 0.25, speed: 0.125 })).toBe(0.625);
    expect(following(0.95, 1, { speed: 0.125 })).toBe(1);
    expect(following(0.05, -1, { speed: 0.125 })).toBe(0);
    expect(following(0.25, 1, 0.25)).toBe(0.25);
    expect(following(1, 1, undefined)).toBe(1);
    scope(() => {
      const first = (strength: AdversarialOptions['strength']): number =>
        number(
          adversarial(lines, { loss: hinge(), ...(strength !== undefined && { strength }) }).memory!.init().strength,
        );
      expect([first(undefined), first(0.5), first({ speed: 0.1 })]).toEqual([1, 0.5, 0]);
    });
  });
});

test('known answers: the memory holds running means of what was told', () => {
  const step = turns(adversarial(lines, { loss: wasserstein(), decay: 0.75 }), {});
  using data = owned({ x: tensor2d([[1], [-3]]) });
  using start = owned(step.init(key(0)));
  using first = owned(step.run(start, data.x, key(1)));
  using second = owned(step.run(first.state, data.x, key(2)));
  const { memory } = second.state;
  expectClose(memory.real, [-3 * (1 - 0.75 ** 2)]);
  expectClose(memory.fake, [9 * (1 - 0.75 ** 2)]);
  expectClose(memory.path, [0]);
});

test('known answers: of a conditional batch both players see the context, row by row', () => {
  const seen: [string, number[], number[]][] = [];
  const layer = (name: string): Layer<Tensor, One, Conditioned> => ({
    init: () => ({ w: scalar(1) }),
    apply: ({ w }, { x, context }) => {
      seen.push([name, Array.from(x.dataSync()), Array.from(context.dataSync())]);
      return mul(x, w);
    },
  });
  const model = conditionalGan({ generator: layer('generator'), critic: layer('critic'), prior: counting });
  const game = adversarial(model, { loss: hinge() });
  scope(() => {
    const pair = { x: tensor2d([[5], [6]]), context: tensor([7, 8], [2], 'int32') };
    const turn = { step: scalar(0), memory: remembered() };
    game.players.critic(model.init(key(0)), pair, key(1), turn);
    game.players.generator(model.init(key(0)), pair, key(2), turn);
  });
  expect(seen).toEqual([
    ['generator', [1, 2], [7, 8]],
    ['critic', [5, 6], [7, 8]],
    ['critic', [1, 2], [7, 8]],
    ['generator', [1, 2], [7, 8]],
    ['critic', [1, 2], [7, 8]],
  ]);
});

test('known answers: a critic kept flat and a generator find the mean and the spread of a normal distribution', () => {
  // D(x) = u x + v x² tells means and variances apart; G(z) = a z + b. The only equilibrium is b = 2, |a| = 0.5.
  const model = gan({
    generator: {
      init: () => ({ a: scalar(1.5), b: scalar(0) }),
      apply: ({ a, b }: { a: Tensor; b: Tensor }, z) => add(mul(z, a), b),
    },
    critic: {
      init: () => ({ u: scalar(0), v: scalar(0) }),
      apply: ({ u, v }: { u: Tensor; v: Tensor }, x) => add(mul(x, u), mul(mul(x, x), v)),
    },
    prior: standardNormal(1),
  });
  const step = turns(adversarial(model, { loss: nonSaturating(), regularizers: [r1(0.3), r2(0.3)] }), {
    critic: 0.1,
    generator: 0.1,
  });
  using data = owned({ x: scope(() => add(mul(normalNoise(key(0), [64, 1]), 0.5), 2)) });
  let state = step.init(key(1));
  for (let i = 0; i < 250; i++) {
    const before = owned(state);
    state = scope(() => step.run(before, data.x, key(i)).state);
    before[Symbol.dispose]();
  }
  using last = owned(state);
  const { a, b } = last.params.generator;
  expect(number(b)).toBeCloseTo(2, 0);
  expect(Math.abs(Math.abs(number(a)) - 0.5)).toBeLessThan(0.2);
});

test('errors: shares out of range', () => {
  const made = (options: Partial<AdversarialOptions>) => () => adversarial(lines, { loss: hinge(), ...options });
  expect(made({ strength: 1.5 })).toThrow(GenaiError);
  expect(made({ strength: -0.1 })).toThrow('adversarial: strength must be from 0 to 1, got -0.1.');
  expect(made({ decay: Number.NaN })).toThrow('adversarial: decay must be from 0 to 1, got NaN.');
  expect(made({ strength: { speed: Number.NaN } })).toThrow(
    'adversarial: strength.speed must be from 0 to 1, got NaN.',
  );
  expect(made({ strength: { target: 2, speed: 0.1 } })).toThrow('adversarial: strength.target must be from 0 to 1');
});

test('types: the batch of a conditional model has a context, the regulariser of a generator its parameters', () => {
  const model = conditionalGan({
    generator: beside(mlp([4, 2])),
    critic: beside(mlp([4, 1])),
    prior: standardNormal(2),
  });
  const game = adversarial(model, { loss: hinge() });
  const calls = [
    // @ts-expect-error a tensor is no pair
    (params: ReturnType<typeof model.init>, x: Tensor) => game.players.critic(params, x, key(0), {} as never),
    () =>
      adversarial(lines, {
        loss: hinge(),
        // @ts-expect-error the generator of lines has w
        generatorRegularizers: [pathLength<{ mapping: Tensor }>()],
      }),
  ];
  expect(calls).toHaveLength(2);
});

function beside<P>(net: Layer<Tensor, P>): Layer<Tensor, P, Conditioned> {
  return { init: net.init, apply: (p, { x, context }, k) => scope(() => net.apply(p, concat([x, context], -1), k)) };
}
