import { type Distribution, GenaiError, key, type LowerBound, leaves, type Model, type NoParams } from '@genai/core';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  concat,
  div,
  log,
  memory,
  mul,
  pow,
  reshape,
  slice,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor2d,
  tensor3d,
  tile,
  transpose,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { Bijector } from '../bijector.js';
import { type ConditionalFlowParams, conditionalFlow } from '../conditional-flow.js';
import { coupling, type Passes } from '../coupling.js';
import { logitTransform } from '../elementwise/logit-transform.js';
import { flow } from '../flow.js';
import { affineMap } from '../scalar/affine-map.js';
import { conditionalBoundNll } from './conditional-bound-nll.js';
import { conditionalDequantized } from './conditional-dequantized.js';
import { dequantized } from './dequantized.js';
import { standardLogistic } from './standard-logistic.js';

const LEVELS = 4;
/** A flow of two numbers in (0, 1) that sees so many features, and is so far from uniform. */
const unitFlow = (context: number, strength = 0.4) => {
  const net = (inputs: number, outputs: number) =>
    mlp([inputs, 8, outputs], {
      activation: tanh,
      lastInitializer: (key, shape) => mul(normalNoise(key, shape), strength),
    });
  const layer = (passes: Passes) =>
    coupling({ features: 2, context, passes, map: affineMap({ logScale: (raw) => mul(tanh(raw), 0.3) }), net });
  return conditionalFlow({
    transforms: [logitTransform(), layer('even'), layer('odd')],
    base: standardLogistic(2),
  });
};
/** Noise so near to uniform that the weights of its draws have a variance. */
const noise = (context: number) => unitFlow(context, 0.15);
const together = (x: Tensor, context: Tensor): Tensor => concat([x, context], 1);

const uniform = () => conditionalDequantized(unitFlow(1), { levels: LEVELS });
const learned = () => conditionalDequantized(unitFlow(1), { levels: LEVELS, noise: noise(2) });
const learnedInContext = () =>
  conditionalDequantized(unitFlow(1), { levels: LEVELS, noise: noise(3), noiseContext: together });

const CONTEXTS = [-1, 0.5, 2];
const contexts = (): Tensor => tensor2d(CONTEXTS, [3, 1]);
const data = (): Tensor => tensor2d([0, 3, 2, 1, 1, 1], [3, 2], 'int32');
modelLaws('conditionalDequantized', () => ({ model: uniform(), context: contexts, data }));
modelLaws('conditionalDequantized, noise of x', () => ({ model: learned(), context: contexts, data }));
modelLaws('conditionalDequantized, noise of x and c', () => ({ model: learnedInContext(), context: contexts, data }));

describe('known answers: two numbers of four levels in three contexts, by quadrature', () => {
  const images = Array.from({ length: LEVELS ** 2 }, (_, i): [number, number] => [Math.floor(i / LEVELS), i % LEVELS]);
  const side = 20;
  // Midpoints of t in u = t³ (10 − 15 t + 6 t²), which rounds off what is steep at the edges of the unit interval.
  const midpoints = Array.from({ length: side }, (_, i) => (i + 0.5) / side);
  const nodes = midpoints.map((t) => t ** 3 * (10 - 15 * t + 6 * t ** 2));
  const weights = midpoints.map((t) => (30 * t ** 2 * (1 - t) ** 2) / side);
  const cell = nodes.flatMap((u, i) => nodes.map((v, j) => ({ u, v, weight: weights[i]! * weights[j]! })));
  /** log P(x | c) of every image in every context, [image][context], by quadrature of its cell. */
  const exact = (density: Distribution<Tensor>): number[][] =>
    images.map(([a, b]) => {
      const points = cell.map(({ u, v }) => [(a + u) / LEVELS, (b + v) / LEVELS]);
      const logs = density.logProb(tile(reshape(tensor2d(points), [cell.length, 1, 2]), [1, 3, 1])); // (cell, 3)
      const values = logs.dataSync();
      return CONTEXTS.map((_, c) =>
        Math.log(cell.reduce((total, { weight }, n) => total + weight * Math.exp(values[3 * n + c]!), 0) / LEVELS ** 2),
      );
    });

  const isBelow = <P extends { readonly flow: unknown }>(model: Model<P, LowerBound<Tensor>, Tensor>): void => {
    const repeats = 200;
    using params = owned(model.init(key(3)) as never) as P & Disposable;
    const { logs, one, five } = scopedNumbers(() => {
      // (repeats · images, contexts, 2): every image in every context, with new noise for each repeat.
      const each = reshape(tensor2d(images), [images.length, 1, 2]);
      const x = tile(each, [repeats, 3, 1]);
      const bounds = (samples: number): Float32Array =>
        transpose(
          reshape(model.given(params, contexts()).logProbBound(x, key(5), samples), [repeats, images.length * 3]),
        ).dataSync<'float32'>();
      return {
        logs: exact(unitFlow(1).given(params.flow as never, contexts())).flat(),
        one: bounds(1),
        five: bounds(5),
      };
    });
    for (const [c] of CONTEXTS.entries()) {
      const total = logs.reduce((sum, log, i) => sum + (i % 3 === c ? Math.exp(log) : 0), 0);
      expect(total, `the sum over x in context ${c}`).toBeCloseTo(1, 2); // what the quadrature leaves
    }
    for (const [i, want] of logs.entries()) {
      const of = (table: Float32Array) => [...table.subarray(i * repeats, (i + 1) * repeats)];
      const mean = (values: readonly number[]) => values.reduce((a, b) => a + b) / repeats;
      const error = (values: readonly number[]) =>
        Math.sqrt(mean(values.map((v) => (v - mean(values)) ** 2)) / repeats);
      const [single, several] = [of(one), of(five)];
      const what = `of [${images[Math.floor(i / 3)]}] in context ${i % 3}`;
      expect(mean(single), `E bound ${what}`).toBeLessThan(want + 4 * error(single));
      expect(mean(several), `with five samples ${what}`).toBeLessThan(want + 4 * error(several));
      expect(mean(several), what).toBeGreaterThan(mean(single) - 4 * error(single));
      const ratios = single.map((v) => Math.exp(v - want)); // unbiased: E exp(bound) = P
      expect(Math.abs(mean(ratios) - 1), `E exp(bound) ${what}`).toBeLessThan(4 * error(ratios));
    }
  };

  test('uniform noise: P(· | c) sums to one, the bound is below it on average and comes up to it', () =>
    isBelow(uniform()));
  test('noise of x alone: likewise', () => isBelow(learned()));
  test('noise of x and the condition: likewise', () => isBelow(learnedInContext()));

  test('the samples follow P(x | c), each row its own', () => {
    const model = uniform();
    using params = owned(model.init(key(3)));
    const { logs, drawn } = scopedNumbers(() => ({
      logs: exact(unitFlow(1).given(params.flow, contexts())).flat(),
      drawn: model.given(params, contexts()).sample(key(1), [3_000]).dataSync(), // (3000, 3, 2)
    }));
    for (const [i, log] of logs.entries()) {
      const [image, c] = [Math.floor(i / 3), i % 3];
      let hits = 0;
      for (let n = 0; n < 3_000; n++) {
        const at = 2 * (3 * n + c);
        hits += Number(LEVELS * drawn[at]! + drawn[at + 1]! === image);
      }
      const p = Math.exp(log);
      const deviations = Math.abs(hits / 3_000 - p) / Math.sqrt((p * (1 - p)) / 3_000);
      expect(deviations, `P of image ${image} in context ${c}`).toBeLessThan(4);
    }
  });
});

// p(v | c) = c v^(c − 1) on (0, 1): P(x | c) = ((x + 1)ᶜ − xᶜ) / levelsᶜ, and u has in its cell the distribution function
// ((x + u)ᶜ − xᶜ) / ((x + 1)ᶜ − xᶜ), which hangs on c.
describe('known answers: powers, whose posterior of u is known', () => {
  const levels = 8;
  const power: Bijector<NoParams> = {
    init: () => ({}),
    forward: (_params, v, context) =>
      scope(() => {
        const c = context!; // (rows, 1)
        return { y: pow(v, c), logDet: sum(add(log(c), mul(sub(c, 1), log(v))), 1) };
      }),
    inverse: (_params, y, context) =>
      scope(() => ({ x: pow(y, div(1, context!)), logDet: zeros([y.shape[0]!]) /* only drawn from */ })),
  };
  /** The posterior, of the context (x scaled, c), one feature each. */
  const posterior: Bijector<NoParams> = {
    init: () => ({}),
    forward: () => expect.fail('only drawn from'),
    inverse: (_params, z, context) =>
      scope(() => {
        const x = mul(add(slice(context!, [0, 0], [-1, 1]), 1), (levels - 1) / 2); // the integer
        const c = slice(context!, [0, 1], [-1, 1]);
        const [below, above] = [pow(x, c), pow(add(x, 1), c)];
        const v = pow(add(below, mul(z, sub(above, below))), div(1, c)); // x + u
        const slope = div(mul(c, pow(v, sub(c, 1))), sub(above, below)); // q(u | x, c)
        return { x: sub(v, x), logDet: sum(mul(log(slope), -1), 1) };
      }),
  };
  const base = uniformBase(1);
  const powers = conditionalFlow({ transforms: [power], base });
  const empty: ConditionalFlowParams<[NoParams], NoParams, NoParams> = { transforms: [{}], base: {}, embed: {} };
  const PARAMS = { flow: empty, noise: empty };
  const x = (): Tensor => tensor2d([1, 2, 7, 3], [4, 1]);
  const context = (): Tensor => tensor2d([0.5, 2, 3, 1], [4, 1]);
  const logP = [
    [1, 0.5],
    [2, 2],
    [7, 3],
    [3, 1],
  ].map(([x, c]) => Math.log(((x! + 1) ** c! - x! ** c!) / levels ** c!));

  test('with the posterior of x and c as noise the bound is exact, draw by draw', () => {
    const model = conditionalDequantized(powers, {
      levels,
      noise: conditionalFlow({ transforms: [posterior], base }),
      noiseContext: together,
    });
    scope(() => {
      const given = model.given(PARAMS, context());
      for (const n of [0, 1, 2]) expectClose(given.logProbBound(x(), key(n)), logP, { absolute: 1e-5 });
      expectClose(given.logProbBound(x(), key(0), 7), logP, { absolute: 1e-5 });
      return [];
    });
  });

  test('uniform noise sees no condition: it misses log P(x | c) by KL(U ‖ posterior), nothing where that is uniform', () => {
    const model = conditionalDequantized(powers, { levels });
    const draws = 20_000;
    const bounds = scopedNumbers(() => {
      const many = tile(reshape(x(), [1, 4, 1]), [draws, 1, 1]); // (draws, 4, 1)
      return model
        .given({ ...PARAMS, noise: {} }, context())
        .logProbBound(many, key(1))
        .dataSync();
    });
    for (const [i, [number, c]] of [
      [1, 0.5],
      [2, 2],
      [7, 3],
      [3, 1],
    ].entries() as Iterable<[number, [number, number]]>) {
      // E log p((x + u) / levels | c) over u ~ U(0, 1), by the midpoint rule.
      const nodes = Array.from({ length: 1_000 }, (_, n) => (number + (n + 0.5) / 1_000) / levels);
      const elbo =
        nodes.reduce((total, v) => total + Math.log(c) + (c - 1) * Math.log(v), 0) / 1_000 - Math.log(levels);
      let mean = 0;
      for (let n = 0; n < draws; n++) mean += bounds[4 * n + i]! / draws;
      expect(Math.abs(mean - elbo), `x = ${number}, c = ${c}`).toBeLessThan(0.005);
      if (c === 1) expect(mean).toBeCloseTo(logP[i]!, 5);
      else expect(elbo).toBeLessThan(logP[i]! - 1e-4);
    }
  });
});

test('laws: what the noise sees is what noiseContext makes, x alone unless given', () => {
  const seen: number[][] = [];
  const spy = unitFlow(2);
  const watched = {
    ...spy,
    at: (context: Tensor) => {
      seen.push([...context.dataSync()]);
      return spy.at(context);
    },
  };
  const model = conditionalDequantized(unitFlow(1), { levels: 4, noise: watched });
  using params = owned(model.init(key(0)));
  scope(() => {
    model.given(params, contexts()).logProbBound(data(), key(1));
    return [];
  });
  expect(seen).toHaveLength(1);
  expectClose(seen[0]!, [-1, 1, 1 / 3, -1 / 3, -1 / 3, -1 / 3], { absolute: 1e-6 });
});

test('laws: with a context that nothing looks at it is dequantized', () => {
  const density = flow({ transforms: [logitTransform()], base: standardLogistic(2) });
  const free = conditionalFlow({ transforms: [logitTransform()], base: standardLogistic(2) });
  const [plain, conditional] = [
    dequantized(density, { levels: 4, noise: unitFlow(2) }),
    conditionalDequantized(free, { levels: 4, noise: unitFlow(2) }),
  ];
  scope(() => {
    const params = plain.init(key(0));
    const own = { flow: { ...params.flow, embed: {} }, noise: params.noise };
    const x = data();
    const given = conditional.given(own, contexts());
    for (const samples of [1, 3]) {
      expectClose(given.logProbBound(x, key(1), samples), plain.given(params).logProbBound(x, key(1), samples));
    }
    // Repeats of a context are rows of their own.
    const twice = tensor3d([...x.dataSync(), ...x.dataSync()], [2, 3, 2]);
    expect(given.logProbBound(twice, key(1)).shape).toEqual([2, 3]);
    expectClose(
      reshape(given.logProbBound(twice, key(1)), [6]),
      plain.given(params).logProbBound(reshape(twice, [6, 2]), key(1)),
    );
    return [];
  });
});

test('laws: conditionalBoundNll is the mean of the bound and reaches every parameter; nothing is left over', () => {
  const model = learnedInContext();
  using params = owned(model.init(key(0)));
  using batch = owned({ x: data(), context: contexts() });
  const objective = conditionalBoundNll(model, { samples: 2 });
  const before = memory().numTensors;
  const { values, grad } = valueAndGrad(
    (params: Parameters<typeof objective.loss>[0]) => objective.loss(params, batch, key(1), batch.context),
    params,
  );
  const found = leaves<Tensor>(grad);
  for (const [path, leaf] of found) expect(Math.hypot(...leaf.dataSync()), path).toBeGreaterThan(0);
  expect(found).toHaveLength(leaves<Tensor>(params).length);
  using _results = owned([values.loss, grad] as const);
  expect(memory().numTensors - before).toBe(1 + found.length);
});

test('errors: levels, samples, rows of x that are not those of the context', () => {
  expect(() => conditionalDequantized(unitFlow(1), { levels: 1 })).toThrow(
    'conditionalDequantized: levels must be an integer of at least 2, got 1.',
  );
  const model = uniform();
  expect(() => conditionalBoundNll(model, { samples: 0 })).toThrow(GenaiError);
  scope(() => {
    const given = model.given(model.init(key(0)), contexts());
    expect(() => given.logProbBound(zeros([2, 2]), key(0))).toThrow(
      'conditionalDequantized.logProbBound: got shape [2, 2], expected […, 3, 2].',
    );
    expect(() => given.logProbBound(zeros([3, 2]), key(0), 0)).toThrow('samples must be an integer of at least 1');
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

/** U(0, 1) of each of `features`. */
function uniformBase(features: number): Model<NoParams, Distribution<Tensor>> {
  return {
    init: () => ({}),
    given: () => ({
      batchShape: [],
      eventShape: [features],
      sample: (key, shape = []) => uniformNoise(key, [...shape, features]),
      logProb: (x) => zeros(x.shape.slice(0, -1)),
    }),
  };
}
