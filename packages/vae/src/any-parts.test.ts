import { type Key, key, type Layer, leaves, type Model, type NoParams, split } from '@genai/core';
import {
  gaussian,
  type Independent,
  type Invertible,
  independent,
  type Normal,
  normal,
  pixelOutputs,
  pixels,
  standardNormal,
  type Transformed,
  transformed,
} from '@genai/distributions';
import { type DenseParams, flatten, mlp, reshape, sequential } from '@genai/nn';
import { logSumExp, normalNoise, owned, scope, silu, uniformNoise, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import {
  add,
  concat,
  div,
  exp,
  floor,
  mul,
  neg,
  ones,
  scalar,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tanh,
  tensor,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linearGaussian, NONE } from '../test/linear-gaussian.js';
import { trained } from '../test/trained.js';
import { elbo } from './elbo.js';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { iwae } from './iwae.js';
import { type MixturePriorParams, mixturePrior } from './mixture-prior.js';
import { vae } from './vae.js';

// A variational autoencoder takes any three models: these show what that is good for, with parts of other packages or of one's own.

describe('a decoder for pictures of 256 greys: a mixture of discretised logistics', () => {
  const [size, mixtures, latents] = [4, 2, 2];
  const outputs = pixelOutputs({ mixtures, channels: 1 });
  const net = sequential<readonly [readonly DenseParams[], Record<string, never>]>(
    mlp([latents, 16, size * size * outputs], { activation: silu }),
    reshape([size, size, outputs]),
  );
  const model = vae({
    encoder: gaussian(
      sequential<readonly [Record<string, never>, readonly DenseParams[]]>(
        flatten(),
        mlp([size * size, 16, 2 * latents]),
      ),
    ),
    decoder: pixels(net, { mixtures }),
    prior: standardNormal(latents),
  });
  /** Ramps of grey in 256 steps whose slope differs, (count, 4, 4, 1). */
  const pictures = (count: number): Tensor =>
    scope(() => {
      const slope = uniformNoise(key(5), [count, 1, 1, 1], { min: 0.2, max: 0.9 });
      const ramp = tensor(
        Array.from({ length: size * size }, (_, i) => i / 16),
        [1, size, size, 1],
      );
      return div(floor(mul(mul(slope, ramp), 256)), 255);
    });
  /** Bits for each pixel, of which 256 values have probabilities, not densities: nats / (pixels · log 2). */
  const bits = (nll: Tensor): number => average(nll) / (size * size * Math.LN2);

  modelLaws('a VAE with a decoder of pixels', () => ({ model, context: () => undefined, data: () => pictures(3) }));

  test('known answer: at first about 8 bits a pixel, as much as greys at random have; far fewer once it is trained', () => {
    using world = owned({ x: pictures(32) });
    using fresh = owned(model.init(key(0)));
    using params = owned(trained(elbo(model), world.x, { steps: 150, rate: 0.02 }));
    const bitsOf = (at: typeof fresh): number => {
      using found = owned({ nll: importanceWeightedNll(model, at, world.x, { samples: 8, key: key(1) }) });
      return bits(found.nll);
    };
    const [before, after] = [bitsOf(fresh), bitsOf(params)];
    expect(before).toBeGreaterThan(7);
    expect(before).toBeLessThan(14);
    expect(after).toBeGreaterThan(0); // probabilities, not densities
    expect(after).toBeLessThan(6);
    using drawn = owned({ x: scope(() => model.given(params).sample(key(2), [8])) });
    expect(drawn.x.shape).toEqual([8, size, size, 1]);
    for (const value of drawn.x.dataSync()) expect(Math.abs(value * 255 - Math.round(value * 255))).toBeLessThan(1e-3);
  });
});

/** Half of the features moved and stretched by what a net makes of the other half, then the halves change places. */
function coupling<P>(net: Layer<Tensor, P>, params: P): Invertible {
  const halves = (x: Tensor): [Tensor, Tensor] => {
    const [rows, features] = [x.shape.slice(0, -1), x.shape.at(-1)!];
    const at = (start: number): Tensor => slice(x, [...rows.map(() => 0), start], [...rows, features / 2]);
    return [at(0), at(features / 2)];
  };
  return {
    forward: (x) => {
      const [a, b] = halves(x);
      const [shift, logScale] = halves(net.apply(params, a));
      const log = tanh(logScale);
      return { y: concat([add(mul(b, exp(log)), shift), a], -1), logDet: sum(log, -1) };
    },
    inverse: (y) => {
      const [moved, a] = halves(y);
      const [shift, logScale] = halves(net.apply(params, a));
      const log = tanh(logScale);
      return { x: concat([a, mul(sub(moved, shift), exp(neg(log)))], -1), logDet: neg(sum(log, -1)) };
    },
  };
}

/** A prior that is a flow: N(0, I) through `layers` couplings. */
function flowPrior(
  features: number,
  layers: number,
): Model<readonly (readonly DenseParams[])[], Transformed | Independent<Normal>> {
  const net = mlp([features / 2, 8, features], { activation: silu });
  const base = standardNormal(features);
  return {
    init: (k: Key) => scope(() => split(k, layers).map((own) => net.init(own))),
    given: (params) =>
      params.reduce<Transformed | Independent<Normal>>(
        (below, own) => transformed(below, coupling(net, own)),
        base.given({}),
      ),
  };
}

describe('a prior that is a flow', () => {
  const prior = flowPrior(2, 3);
  const parts = {
    encoder: gaussian(mlp([2, 8, 4], { activation: silu })),
    decoder: gaussian(mlp([2, 8, 4], { activation: silu }), { floor: 0.05 }),
  };
  const model = vae({ ...parts, prior });

  modelLaws('a flow as a prior', () => ({
    model: prior,
    context: () => undefined,
    data: () => normalNoise(key(2), [5, 2]),
  }));
  modelLaws('a VAE whose prior is a flow', () => ({
    model,
    context: () => undefined,
    data: () => normalNoise(key(2), [5, 2]),
  }));

  test('law: gradients of all bounds reach the flow, and through it the encoder', () => {
    using world = owned({ params: scope(() => model.init(key(0))), x: normalNoise(key(1), [6, 2]) });
    for (const objective of [elbo(model), iwae(model, { samples: 3 })]) {
      const loss = (p: typeof world.params): { loss: Tensor } => ({
        loss: objective.loss(p, world.x, key(2), scalar(0)).loss,
      });
      using grad = owned(scope(() => valueAndGrad(loss, world.params).grad));
      for (const [path, g] of leaves<Tensor>(grad)) expect(Math.hypot(...g.dataSync()), path).toBeGreaterThan(0);
    }
  });

  test('known answers: an affine flow has the density of a normal, and under it p(x) is that of quadrature', () => {
    // z = 1 + 2 u with u ~ N(0, I).
    const affine: Model<{ readonly shift: Tensor; readonly log: Tensor }, Transformed> = {
      init: () => ({ shift: ones([2]), log: mul(ones([2]), Math.LN2) }),
      given: ({ shift, log }) =>
        transformed(standardNormal(2).given({}), {
          forward: (u) => ({ y: add(mul(u, exp(log)), shift), logDet: sum(log) }),
          inverse: (z) => ({ x: div(sub(z, shift), exp(log)), logDet: neg(sum(log)) }),
        }),
    };
    scope(() => {
      const params = affine.init(key(0));
      const z = normalNoise(key(1), [4, 2]);
      const normals = independent(normal(params.shift, exp(params.log)), 1);
      expectClose(affine.given(params).logProb(z), normals.logProb(z));
      // Under the linear Gaussian model, whose encoder was made for N(0, I): p(x) by a sum over a grid of z.
      const given = <D>(d: (x: Tensor) => D): Model<NoParams, D, Tensor> => ({
        init: () => ({}),
        given: (_, x) => d(x),
      });
      const model = vae({
        encoder: given((x) => linearGaussian.encode(NONE, x)),
        decoder: given((z) => linearGaussian.decode(NONE, z)),
        prior: affine,
      });
      const x = tensor2d([[1, 0, 0.5]]);
      const all = { encoder: {}, decoder: {}, prior: params };
      const axis = Array.from({ length: 161 }, (_, i) => -8 + 0.1 * i);
      const grid = tensor2d(axis.flatMap((a) => axis.map((b) => [a, b])));
      const joint = add(model.decode(all, grid).logProb(x), affine.given(params).logProb(grid)); // (161²)
      const exact = sub(neg(logSumExp(joint, 0)), Math.log(0.1 ** 2));
      const estimate = importanceWeightedNll(model, all, x, { samples: 4_000, key: key(3) });
      expectClose(estimate, [exact.dataSync()[0]!], { absolute: 0.05 });
    });
  });

  test('training: a flow fits two clusters of codes that N(0, I) cannot, and the bound gains by it', () => {
    using world = owned({ x: scope(() => clusters()) });
    const plain = vae({ ...parts, prior: standardNormal(2) });
    using a = owned(trained(elbo(plain), world.x, { steps: 150, rate: 0.02 }));
    using b = owned(trained(elbo(model), world.x, { steps: 150, rate: 0.02 }));
    const options = { samples: 20, key: key(9) };
    using found = owned({
      plain: importanceWeightedNll(plain, a, world.x, options),
      flow: importanceWeightedNll(model, b, world.x, options),
    });
    expect(average(found.flow)).toBeLessThan(average(found.plain) - 0.5);
  });
});

describe('a prior that is a mixture', () => {
  test('training: its components find the clusters of the codes, given an encoder that keeps them', () => {
    // Codes around (±2, ±2), with one sign: the encoder is given, the mixture alone is learnt.
    const steady: Layer<Tensor, NoParams> = {
      init: () => ({}),
      apply: (_, x) => scope(() => concat([mul(x, 2), sub(mul(x, 0), 2)], -1)),
    };
    const prior: Model<MixturePriorParams, ReturnType<ReturnType<typeof mixturePrior>['given']>> = mixturePrior(2, 2);
    const model = vae({ encoder: gaussian(steady), decoder: gaussian(steady), prior });
    using world = owned({ x: scope(() => clusters()) });
    using params = owned(trained(elbo(model), world.x, { steps: 200, rate: 0.05 }));
    const loc = params.prior.loc.arraySync() as number[][];
    const ordered = loc.toSorted((a, b) => a[0]! - b[0]!);
    expectClose(
      ordered,
      [
        [-2, 2],
        [2, -2],
      ],
      { absolute: 0.25 },
    );
    using shares = owned({ x: softmax(params.prior.logits) });
    expectClose(shares.x, [0.5, 0.5], { absolute: 0.12 });
  });
});

/** 64 points near (1, −1) and (−1, 1), (64, 2). */
function clusters(): Tensor {
  const sign = sub(mul(floor(uniformNoise(key(3), [64, 1], { min: 0, max: 2 })), 2), 1);
  return add(mul(normalNoise(key(4), [64, 2]), 0.1), mul(sign, tensor2d([[1, -1]])));
}

function average(values: Tensor): number {
  return Array.from(values.dataSync()).reduce((sum, value) => sum + value / values.size, 0);
}
