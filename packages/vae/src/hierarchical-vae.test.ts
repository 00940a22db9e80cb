import { key } from '@genai/core';
import { binary, gaussian, independent, normal, standardNormal } from '@genai/distributions';
import { dense, mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { add, cast, fill, less, mul, scalar, type Tensor, tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { moments } from '../test/linear-gaussian.js';
import { elbo } from './elbo.js';
import { hierarchicalVae } from './hierarchical-vae.js';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { inpaint } from './inpaint.js';
import { reconstruct } from './reconstruct.js';
import { variations } from './variations.js';
import { withContext } from './with-context.js';
import { withoutContext } from './without-context.js';

const small = hierarchicalVae({
  latents: { top: 2, bottom: 3 },
  encoder: { top: gaussian(mlp([4, 6, 2 * 2])), bottom: withContext(gaussian(mlp([4 + 2, 6, 2 * 3]))) },
  prior: { top: standardNormal(2), bottom: gaussian(mlp([2, 6, 2 * 3])) },
  decoder: withContext(binary(mlp([3 + 2, 6, 4]))),
});

modelLaws('hierarchicalVae', () => ({
  model: small,
  context: () => undefined,
  data: () => scope(() => cast(less(normalNoise(key(1), [5, 4]), 0), 'float32')),
}));

/** N(slope · input + other · context, spread²), one number. */
const affine = (spread: number, slope: number, other = 0) => ({
  init: () => ({}),
  given: (_params: object, { input, context }: { input: Tensor; context: Tensor }) => {
    const loc = add(mul(input, slope), mul(context, other));
    return independent(normal(loc, fill(loc.shape, spread)), 1);
  },
});
const alone = (spread: number, slope: number) => withoutAny(affine(spread, slope));
function withoutAny(model: ReturnType<typeof affine>) {
  return {
    init: model.init,
    given: (params: object, x: Tensor) => model.given(params, { input: x, context: mul(x, 0) }),
  };
}

describe('known answers: two linear Gaussian layers', () => {
  // z₂ ~ N(0, 1), z₁ | z₂ ~ N(a z₂, s²), x | z₁ ~ N(b z₁, r²): x ~ N(0, b² (a² + s²) + r²).
  const [a, s, b, r] = [0.8, 0.5, 1.4, 0.7];
  const variance = b ** 2 * (a ** 2 + s ** 2) + r ** 2;
  // z₂ | x: x = a b z₂ + noise of variance b² s² + r². z₁ | x, z₂: prior N(a z₂, s²) and x | z₁.
  const noise = b ** 2 * s ** 2 + r ** 2;
  const topVariance = 1 / (1 + (a * b) ** 2 / noise);
  const bottomVariance = 1 / (1 / s ** 2 + b ** 2 / r ** 2);
  const model = hierarchicalVae({
    latents: { top: 1, bottom: 1 },
    encoder: {
      top: alone(Math.sqrt(topVariance), (topVariance * a * b) / noise),
      bottom: affine(Math.sqrt(bottomVariance), (bottomVariance * b) / r ** 2, (bottomVariance * a) / s ** 2),
    },
    prior: { top: standardNormal(1), bottom: alone(s, a) },
    decoder: withoutContext(alone(r, b)),
  });
  const params = { encoder: { top: {}, bottom: {} }, prior: { top: {}, bottom: {} }, decoder: {} };
  const DATA = [-2, 0.3, 1.1];
  const exact = DATA.map((x) => -0.5 * (x ** 2 / variance + Math.log(2 * Math.PI * variance)));

  test('with the true posterior the bound is log p(x) for every draw, and so is the ELBO', () => {
    using world = owned({ x: tensor2d(DATA.map((x) => [x])) });
    for (const samples of [1, 2, 7]) {
      using bound = owned(scope(() => ({ nats: model.given(params).logProbBound(world.x, key(samples), samples) })));
      expectClose(bound.nats, exact, { absolute: 1e-4 });
    }
    const made = scope(() => elbo(model).loss(params, world.x, key(0), scalar(0)));
    expectClose(made.loss, [-exact.reduce((x, y) => x + y) / 3], { absolute: 1e-4 });
    for (const value of Object.values(made)) value.dispose();
  });

  test('samples have the mean and variance of the model, reconstructions the mean of z₁ at the mean of z₂', () => {
    using drawn = owned(scope(() => ({ x: model.given(params).sample(key(1), [4_000]) })));
    expect(drawn.x.shape).toEqual([4_000, 1]);
    const found = moments(drawn.x.dataSync(), 1);
    expect(Math.abs(found.mean[0]!)).toBeLessThan(4 * Math.sqrt(variance / 4_000));
    expect(Math.abs(found.covariance[0]![0]! / variance - 1)).toBeLessThan(4 * Math.sqrt(2 / 4_000));

    // Here all is linear, so it is E[b z₁ | x] = b x · Cov(z₁, x) / Var(x).
    using again = owned(scope(() => ({ x: reconstruct(model, params, tensor2d(DATA.map((x) => [x]))) })));
    expectClose(
      again.x,
      DATA.map((x) => (b * x * b * (a ** 2 + s ** 2)) / variance),
      { absolute: 1e-5 },
    );
  });
});

test('laws: what takes a Vae takes it', () => {
  using world = owned({
    params: scope(() => small.init(key(0))),
    x: scope(() => cast(less(normalNoise(key(1), [5, 4]), 0), 'float32')),
    mask: tensor([1, 1, 0, 0]),
  });
  using made = owned({
    alike: variations(small, world.params, world.x, { key: key(2), count: 3 }),
    whole: inpaint(small, world.params, world.x, world.mask, { key: key(3), steps: 2 }),
    nll: importanceWeightedNll(small, world.params, world.x, { key: key(4), samples: 6 }),
    chunked: importanceWeightedNll(small, world.params, world.x, { key: key(4), samples: 6, chunk: 2 }),
  });
  expect([made.alike.shape, made.whole.shape, made.nll.shape]).toEqual([[3, 5, 4], [5, 4], [5]]);
  expectClose(made.chunked, made.nll, { absolute: 1e-5 });
});

test('errors', () => {
  const wrong = hierarchicalVae({
    latents: { top: 2, bottom: 3 },
    encoder: { top: gaussian(dense(4, 4)), bottom: withContext(gaussian(dense(6, 4))) },
    prior: { top: standardNormal(3), bottom: gaussian(dense(2, 6)) },
    decoder: withoutContext(binary(dense(3, 4))),
  });
  using world = owned({ params: scope(() => wrong.init(key(0))), x: zeros([5, 4]) });
  expect(() => scope(() => wrong.prior(world.params).eventShape.length)).toThrow(
    /top layer has events of \[3\], expected \[2\]/,
  );
  expect(() => scope(() => wrong.encode(world.params, world.x).sample(key(1)))).toThrow(
    /bottom layer has events of \[2\]/,
  );
  const parts = { top: gaussian(dense(4, 4)), bottom: gaussian(dense(4, 4)) };
  expect(() =>
    hierarchicalVae({
      latents: { top: 0, bottom: 1 },
      encoder: { top: parts.top, bottom: withContext(parts.bottom) },
      prior: { top: standardNormal(2), bottom: parts.bottom },
      decoder: withoutContext(binary(dense(3, 4))),
    }),
  ).toThrow(/latents.top must be an integer/);
});
