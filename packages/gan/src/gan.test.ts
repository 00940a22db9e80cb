import {
  type Distribution,
  GenaiError,
  key,
  type Layer,
  type LowerBound,
  type Model,
  type NoParams,
  type Samples,
} from '@genai/core';
import { standardNormal } from '@genai/distributions';
import type { Conditioned } from '@genai/nn';
import { dropout, mlp, reshape as reshaped, sequential } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  cast,
  concat,
  expandDims,
  memory,
  ones,
  sum,
  type Tensor,
  tensor,
  tensor1d,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { conditionalGan, type Gan, gan } from './gan.js';

const points = gan({ generator: mlp([3, 4, 2]), critic: mlp([2, 4, 1]), prior: standardNormal(3) });

/** A generator that adds its context to the first two numbers of the code, and a critic that adds up what it is given. */
const moved = conditionalGan({
  generator: {
    init: () => ({}),
    apply: (_params: NoParams, { x, context }: Conditioned) => add(x, context),
  },
  critic: {
    init: () => ({}),
    apply: (_params: NoParams, { x, context }: Conditioned) => scope(() => sum(add(x, context), -1)),
  },
  prior: standardNormal(2),
});

modelLaws('a GAN', () => ({ model: points, context: () => undefined }));
modelLaws('a conditional GAN', () => ({
  model: conditionalGan({
    generator: beside(mlp([3 + 2, 4, 2])),
    critic: beside(mlp([2 + 2, 4, 1])),
    prior: standardNormal(3),
  }),
  context: () => normalNoise(key(1), [5, 2]),
}));

describe('shapes', () => {
  test('samples have the shape that is asked for, then the event', () => {
    const images = gan({
      generator: sequential(mlp([3, 12]), reshaped([2, 3, 2])),
      critic: sequential(reshaped([12]), mlp([12, 1])),
      prior: standardNormal(3),
    });
    scope(() => {
      const params = images.init(key(0));
      expect(images.given(params).sample(key(1)).shape).toEqual([2, 3, 2]);
      expect(images.given(params).sample(key(1), [4]).shape).toEqual([4, 2, 3, 2]);
      expect(images.given(params).sample(key(1), [4, 0]).shape).toEqual([4, 0, 2, 3, 2]);
      expect(images.judge(params.critic, images.given(params).sample(key(1), [4])).shape).toEqual([4]);
    });
  });

  test('of a conditional model there is a draw for each row of the context, in its place', () => {
    scope(() => {
      const params = moved.init(key(0));
      const context = tensor([
        [0, 0],
        [100, 200],
        [-100, 400],
      ]);
      const x = moved.given(params, context).sample(key(1), [2, 2]);
      expect(x.shape).toEqual([2, 2, 3, 2]);
      // Of the codes nothing is further from 0 than 6.
      for (const [row, place] of [0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2].entries()) {
        const [a, b] = Array.from(x.dataSync().slice(2 * row, 2 * row + 2)) as [number, number];
        expect(Math.abs(a - [0, 100, -100][place]!)).toBeLessThan(6);
        expect(Math.abs(b - [0, 200, 400][place]!)).toBeLessThan(6);
      }
      expect(moved.given(params, context).sample(key(1)).shape).toEqual([3, 2]);
    });
  });

  test('class indices are a context too', () => {
    const classes = conditionalGan({
      generator: {
        init: () => ({}),
        apply: (_: NoParams, { x, context }: Conditioned) => add(x, expandDims(cast(context, 'float32'), 1)),
      },
      critic: mlpOfX,
      prior: standardNormal(1),
    });
    scope(() => {
      const params = classes.init(key(0));
      const x = classes.given(params, tensor1d([0, 50], 'int32')).sample(key(2), [3]);
      expect(x.shape).toEqual([3, 2, 1]);
      expect(Array.from(x.dataSync(), (v) => v > 25)).toEqual([false, true, false, true, false, true]);
    });
  });
});

describe('known answers', () => {
  test('a draw is what the generator makes of a draw of the prior', () => {
    scope(() => {
      const params = points.init(key(0));
      const z = standardNormal(3).given({}).sample(key(5), [7]);
      expectClose(points.given(params).sample(key(5), [7]), points.generate(params.generator, z));
    });
  });

  test('generator and critic start from different keys, and a key makes stochastic layers act', () => {
    const stochastic = gan({
      generator: sequential(mlp([3, 50]), dropout(0.5)),
      critic: sequential(mlp([50, 3]), dropout(0.5), mlp([3, 1])),
      prior: standardNormal(3),
    });
    const twins = gan({ generator: mlp([2, 2]), critic: mlp([2, 1]), prior: standardNormal(2) });
    scope(() => {
      const params = stochastic.init(key(0));
      const zerosIn = (x: Tensor): number => Array.from(x.dataSync()).filter((v) => v === 0).length;
      expect(zerosIn(stochastic.given(params).sample(key(1), [4]))).toBe(0);
      expect(zerosIn(stochastic.given(params, undefined, key(2)).sample(key(1), [4]))).toBeGreaterThan(50);
      const { generator, critic } = twins.init(key(0));
      expect(generator[0]!.weight.dataSync()[0]).not.toBe(critic[0]!.weight.dataSync()[0]);
    });
  });

  test('a critic of (batch, 1) and one of (batch) are judged alike', () => {
    scope(() => {
      const x = tensor([
        [1, 2],
        [3, 5],
      ]);
      expectClose(moved.judge({}, x, zeros([2, 2])), [3, 8]);
      const params = points.init(key(0));
      expect(points.judge(params.critic, x).shape).toEqual([2]);
    });
  });
});

test('errors: a critic that gives more than a number for each example, and nothing is left over', () => {
  using world = owned({ x: ones([2, 2]) });
  for (const [sizes, got] of [
    [[2, 3], '[2, 3]'],
    [[2, 2], '[2, 2]'],
  ] as const) {
    const wide = gan({ generator: mlp([3, 2]), critic: mlp(sizes), prior: standardNormal(3) });
    using params = owned(wide.init(key(0)));
    const before = memory().numTensors;
    expect(() => wide.judge(params.critic, world.x)).toThrow(GenaiError);
    expect(() => wide.judge(params.critic, world.x)).toThrow(`gan: the critic: got shape ${got}, expected [batch, 1].`);
    expect(memory().numTensors).toBe(before);
  }
});

describe('types', () => {
  const nll = <P>(model: Model<P, Distribution<Tensor>>): Model<P, Distribution<Tensor>> => model;
  const bounded = <P>(model: Model<P, LowerBound<Tensor>>): Model<P, LowerBound<Tensor>> => model;
  const samples = <P>(model: Model<P, Samples<Tensor>>): Model<P, Samples<Tensor>> => model;

  test('it samples, and has neither a density nor a bound', () => {
    expect(samples(points)).toBe(points);
    // @ts-expect-error it has no density, so it has no nll
    nll(points);
    // @ts-expect-error it has no bound either
    bounded(points);
  });

  test('a conditional model needs its context, an unconditional one takes none', () => {
    const calls = [
      // @ts-expect-error the context is missing
      () => moved.given({ critic: {}, generator: {} }),
      // @ts-expect-error there is nothing to be conditioned on
      () => points.given(undefined as never, zeros([1])),
      // @ts-expect-error a conditional model is no unconditional one
      () => samples(moved),
      // @ts-expect-error a layer of tensors sees no context
      () => conditionalGan({ generator: mlp([2, 2]), critic: mlp([2, 1]), prior: standardNormal(2) }),
      // @ts-expect-error the critic is missing
      () => gan({ generator: mlp([2, 2]), prior: standardNormal(2) }),
    ];
    expect(calls).toHaveLength(5);
    const typed: Gan<unknown, unknown> = points as unknown as Gan<unknown, unknown>;
    expect(typed).toBe(points);
  });
});

/** A layer that sees the context as further features. */
function beside<P>(net: Layer<Tensor, P>): Layer<Tensor, P, Conditioned> {
  return {
    init: net.init,
    apply: (params, { x, context }, key) => scope(() => net.apply(params, concat([x, context], -1), key)),
  };
}

const mlpOfX: Layer<Tensor, NoParams, Conditioned> = { init: () => ({}), apply: (_params, { x }) => x };
