import {
  type Distribution,
  fold,
  GenaiError,
  key,
  type LowerBound,
  leaves,
  type Model,
  type NoParams,
  type Tree,
} from '@genai/core';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  div,
  log,
  max,
  mean,
  memory,
  min,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  tile,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { conditionalFlow } from '../conditional-flow.js';
import { coupling, type Passes } from '../coupling.js';
import { logitTransform } from '../elementwise/logit-transform.js';
import { flow } from '../flow.js';
import { nll } from '../nll.js';
import { affineMap } from '../scalar/affine-map.js';
import { boundNll } from './bound-nll.js';
import { type DequantizedParams, dequantized } from './dequantized.js';
import { standardLogistic } from './standard-logistic.js';

const net = (inputs: number, outputs: number) =>
  mlp([inputs, 8, outputs], { activation: tanh, lastInitializer: (key, shape) => mul(normalNoise(key, shape), 0.3) });
const layer = (passes: Passes, context = 0) =>
  coupling({ features: 2, context, passes, map: affineMap({ logScale: (raw) => mul(tanh(raw), 0.3) }), net });
const pixels = () => flow({ transforms: [logitTransform(), layer('even'), layer('odd')], base: standardLogistic(2) });
const noise = () =>
  conditionalFlow({ transforms: [logitTransform(), layer('even', 2), layer('odd', 2)], base: standardLogistic(2) });

type PixelParams = ReturnType<ReturnType<typeof pixels>['init']>;

/** U(0, 1) of each of `features`. */
const uniform = (features: number): Model<NoParams, Distribution<Tensor>> => ({
  init: () => ({}),
  given: () => ({
    batchShape: [],
    eventShape: [features],
    sample: (key, shape = []) => uniformNoise(key, [...shape, features]),
    logProb: (x) => zeros(x.shape.slice(0, -1)),
  }),
});

const data = () => tensor2d([0, 3, 2, 1, 1, 1], [3, 2], 'int32');
modelLaws('dequantized', () => ({ model: dequantized(pixels(), { levels: 4 }), context: () => undefined, data }));
modelLaws('dequantized with learned noise', () => ({
  model: dequantized(pixels(), { levels: 4, noise: noise() }),
  context: () => undefined,
  data,
}));

describe('known answers: two pixels of four levels', () => {
  const levels = 4;
  const images = Array.from({ length: levels ** 2 }, (_, i): [number, number] => [Math.floor(i / levels), i % levels]);
  const side = 32;
  // Midpoints of t in u = t³ (10 − 15 t + 6 t²), which rounds off what is steep at the edges of the unit interval.
  const midpoints = Array.from({ length: side }, (_, i) => (i + 0.5) / side);
  const nodes = midpoints.map((t) => t ** 3 * (10 - 15 * t + 6 * t ** 2));
  const weights = midpoints.map((t) => (30 * t ** 2 * (1 - t) ** 2) / side);
  const cell = nodes.flatMap((u, i) => nodes.map((v, j) => ({ u, v, weight: weights[i]! * weights[j]! })));
  /** log P(x) of every image by quadrature of its cell. */
  const exact = (density: Distribution<Tensor>): number[] =>
    images.map(([a, b]) => {
      const points = tensor2d(cell.map(({ u, v }): [number, number] => [(a + u) / levels, (b + v) / levels]));
      const logs = density.logProb(points).dataSync();
      return Math.log(cell.reduce((total, { weight }, n) => total + weight * Math.exp(logs[n]!), 0) / levels ** 2);
    });

  const isBelow = <Q extends Tree<Tensor>>(
    model: Model<DequantizedParams<PixelParams, Q>, LowerBound<Tensor>>,
  ): void => {
    const repeats = 300;
    using params = owned(model.init(key(3)));
    const { logs, one, five } = scopedNumbers(() => {
      const x = tile(tensor2d(images, undefined, 'int32'), [repeats, 1]);
      /** The bounds of each image in a row, with new noise for each repeat. */
      const bounds = (samples: number): Tensor =>
        transpose(reshape(model.given(params).logProbBound(x, key(5), samples), [repeats, images.length]));
      return { logs: exact(pixels().given(params.flow)), one: bounds(1).dataSync(), five: bounds(5).dataSync() };
    });
    expect(logs.reduce((total, log) => total + Math.exp(log), 0)).toBeCloseTo(1, 2); // what the quadrature leaves
    for (const [i, want] of logs.entries()) {
      const of = (table: ArrayLike<number>) => Array.from(table).slice(i * repeats, (i + 1) * repeats);
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / repeats;
      const error = (values: readonly number[]) =>
        Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / repeats);
      const [single, several] = [of(one), of(five)];
      expect(mean(single), `E bound of [${images[i]}]`).toBeLessThan(want + 4 * error(single));
      expect(mean(several), 'five samples').toBeLessThan(want + 4 * error(several));
      expect(mean(several)).toBeGreaterThan(mean(single) - 4 * error(single));
      const ratios = single.map((v) => Math.exp(v - want)); // unbiased: E exp(bound) = P
      expect(Math.abs(mean(ratios) - 1), `E exp(bound) of [${images[i]}]`).toBeLessThan(4 * error(ratios));
    }
  };

  test('uniform noise: P sums to one, the bound is below log P on average and comes up to it', () =>
    isBelow(dequantized(pixels(), { levels })));
  test('learned noise: P sums to one, the bound is below log P on average and comes up to it', () =>
    isBelow(dequantized(pixels(), { levels, noise: noise() })));
});

test('known answers: a uniform density gives log2 levels bits for each pixel, whatever the noise', () => {
  const flat = flow({ transforms: [identity()], base: uniform(3) });
  scope(() => {
    const x = tensor2d([0, 7, 3, 5, 1, 2], [2, 3]);
    for (const model of [
      dequantized(flat, { levels: 8 }),
      dequantized(flat, { levels: 8, noise: uniformNoiseFlow() }),
    ]) {
      const params = model.init(key(0)) as never;
      for (const samples of [1, 5]) {
        const bits = div(neg(model.given(params).logProbBound(x, key(1), samples)), 3 * Math.LN2);
        expectClose(bits, [3, 3]);
      }
    }
    return [];
  });
});

// p(v) = 2v on (0, 1), so that P(x) = (2x + 1) / levels², and the u of a cell have the distribution function
// ((x + u)² − x²) / (2x + 1): noise of just that law gives log P(x) with each draw.
test('known answers: with the posterior of u as noise the bound is exact, draw by draw', () => {
  const levels = 16;
  const triangle: Bijector<NoParams> = {
    init: () => ({}),
    forward: (_params, x) => scope(() => ({ y: square(x), logDet: sum(log(mul(x, 2)), 1) })),
    inverse: (_params, y) => scope(() => ({ x: sqrt(y), logDet: neg(sum(log(mul(sqrt(y), 2)), 1)) })),
  };
  const inCell: Bijector<NoParams> = {
    init: () => ({}),
    forward: () => expect.fail('only drawn from'),
    inverse: (_params, z, context) =>
      scope(() => {
        const x = mul(add(context!, 1), (levels - 1) / 2); // the integer
        const whole = add(mul(x, 2), 1);
        const v = sqrt(add(square(x), mul(z, whole))); // x + u
        return { x: sub(v, x), logDet: sum(log(div(whole, mul(v, 2))), 1) };
      }),
  };
  const model = dequantized(flow({ transforms: [triangle], base: uniform(2) }), {
    levels,
    noise: conditionalFlow({ transforms: [inCell], base: uniform(2) }),
  });
  scope(() => {
    const x = tensor2d([1, 2, 7, 15, 3, 8], [3, 2]);
    const want = [...x.dataSync()].map((x) => Math.log((2 * x + 1) / levels ** 2));
    const rows = [want[0]! + want[1]!, want[2]! + want[3]!, want[4]! + want[5]!];
    const given = model.given({
      flow: { transforms: [{}], base: {} },
      noise: { transforms: [{}], base: {}, embed: {} },
    });
    for (const n of [0, 1, 2]) expectClose(given.logProbBound(x, key(n)), rows, { absolute: 1e-5 });
    return [];
  });
});

test('laws: samples are integers of every level, the same for a key', () => {
  const model = dequantized(pixels(), { levels: 4 });
  using params = owned(model.init(key(0)));
  scope(() => {
    const given = model.given(params);
    const x = given.sample(key(1), [50, 3]);
    expect([x.shape, x.dtype]).toEqual([[50, 3, 2], 'int32']);
    expect([min(x).dataSync()[0], max(x).dataSync()[0]]).toEqual([0, 3]);
    expect(x.dataSync()).toEqual(given.sample(key(1), [50, 3]).dataSync());
    return [];
  });
});

test('laws: the samples follow P, as the bound has it', () => {
  const model = dequantized(pixels(), { levels: 2 });
  using params = owned(model.init(key(4)));
  scope(() => {
    const given = model.given(params);
    const count = 2_000;
    const drawn = [...given.sample(key(1), [count]).dataSync()];
    const images = tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2]);
    const logs = given.logProbBound(images, key(2), 300).dataSync();
    for (const [i, log] of logs.entries()) {
      const share = drawn.filter((_, n) => n % 2 === 0 && 2 * drawn[n]! + drawn[n + 1]! === i).length / count;
      expect(Math.abs(share - Math.exp(log)), `P of image ${i}`).toBeLessThan(0.04); // 3.6 · √(1/4 / 2,000)
    }
    return [];
  });
});

test('laws: every parameter of flow and noise has a gradient; nothing is left over', () => {
  const model = dequantized(pixels(), { levels: 4, noise: noise() });
  using params = owned(model.init(key(0)));
  using x = owned([tensor2d([0, 3, 2, 1], [2, 2])]);
  const objective = boundNll(model, { samples: 3 });
  const before = memory().numTensors;
  const { values, grad } = valueAndGrad((params: Parameters<typeof objective.loss>[0]) => {
    return objective.loss(params, x[0]!, key(1), x[0]!);
  }, params);
  const sizes = leaves<Tensor>(grad).map(([path, leaf]) => [path, Math.hypot(...leaf.dataSync())] as const);
  expect(sizes.length).toBe(leaves<Tensor>(params).length);
  for (const [path, size] of sizes) expect(size, path).toBeGreaterThan(0);
  using _results = owned([values.loss, grad] as const);
  expect(memory().numTensors - before).toBe(1 + sizes.length);
});

test('known answers: boundNll is the mean of the bound, in nats', () => {
  const model = dequantized(pixels(), { levels: 4 });
  scope(() => {
    const params = model.init(key(0));
    const x = tensor2d([0, 3, 2, 1], [2, 2]);
    const { loss } = boundNll(model).loss(params, x, key(1), x);
    expectClose(loss, neg(mean(model.given(params).logProbBound(x, fold(key(1), 0)))));
    return [];
  });
});

test('types: there is no exact density to ask for', () => {
  const model = dequantized(pixels());
  // @ts-expect-error: a bound is no density
  expect(nll(model).init).toBe(model.init);
});

test('errors: too few levels, no sample', () => {
  expect(() => dequantized(pixels(), { levels: 1 })).toThrow(GenaiError);
  expect(() => dequantized(pixels(), { levels: 1 })).toThrow(
    'dequantized: levels must be an integer of at least 2, got 1.',
  );
  const model = dequantized(pixels());
  expect(() => boundNll(model, { samples: 0 })).toThrow('boundNll: samples must be an integer of at least 1, got 0.');
  scope(() => {
    const given = model.given(model.init(key(0)));
    expect(() => given.logProbBound(zeros([1, 2]), key(0), 0)).toThrow('samples must be an integer of at least 1');
    return [];
  });
});

/** What `f` reads of tensors that are freed behind it. */
function scopedNumbers<R>(f: () => R): R {
  const held: R[] = [];
  scope(() => {
    held.push(f());
    return [];
  });
  return held[0]!;
}

function identity(): Bijector<NoParams> {
  return {
    init: () => ({}),
    forward: (_params, x) => scope(() => ({ y: mul(x, 1), logDet: zeros([x.shape[0]!]) })),
    inverse: (_params, y) => scope(() => ({ x: mul(y, 1), logDet: zeros([y.shape[0]!]) })),
  };
}

function uniformNoiseFlow() {
  return conditionalFlow({ transforms: [identity()], base: uniform(3) });
}
