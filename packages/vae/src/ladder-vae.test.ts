import { key } from '@genai/core';
import { binary, gaussian, independent, normal, standardNormal } from '@genai/distributions';
import { mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { cast, fill, less, mul, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { importanceWeightedNll } from './importance-weighted-nll.js';
import { ladderVae } from './ladder-vae.js';
import { reconstruct } from './reconstruct.js';
import { withContext } from './with-context.js';
import { withoutContext } from './without-context.js';

const small = ladderVae({
  latents: { top: 2, bottom: 3 },
  encoder: { top: gaussian(mlp([4, 6, 2 * 2])), bottom: gaussian(mlp([4, 6, 2 * 3])) },
  prior: { top: standardNormal(2), bottom: gaussian(mlp([2, 6, 2 * 3])) },
  decoder: withContext(binary(mlp([3 + 2, 6, 4]))),
});
const bits = (): Tensor => scope(() => cast(less(normalNoise(key(1), [5, 4]), 0), 'float32'));

modelLaws('ladderVae', () => ({ model: small, context: () => undefined, data: bits }));

test('known answers: where the encoder gives the likelihood of z₁, the bound of a linear Gaussian model is exact', () => {
  // z₂ ~ N(0, 1), z₁ | z₂ ~ N(a z₂, s²), x | z₁ ~ N(b z₁, r²). As a function of z₁ the last is N(x / b, r² / b²): times
  // p(z₁ | z₂) that is p(z₁ | x, z₂), which hierarchical-vae.test.ts has to write out.
  const [a, s, b, r] = [0.8, 0.5, 1.4, 0.7];
  const noise = b ** 2 * s ** 2 + r ** 2;
  const topVariance = 1 / (1 + (a * b) ** 2 / noise);
  const affine = (spread: number, slope: number) => ({
    init: () => ({}),
    given: (_params: object, x: Tensor) => independent(normal(mul(x, slope), fill(x.shape, spread)), 1),
  });
  const model = ladderVae({
    latents: { top: 1, bottom: 1 },
    encoder: { top: affine(Math.sqrt(topVariance), (topVariance * a * b) / noise), bottom: affine(r / b, 1 / b) },
    prior: { top: standardNormal(1), bottom: affine(s, a) },
    decoder: withoutContext(affine(r, b)),
  });
  const params = { encoder: { top: {}, bottom: {} }, prior: { top: {}, bottom: {} }, decoder: {} };
  const variance = b ** 2 * (a ** 2 + s ** 2) + r ** 2;
  const DATA = [-2, 0.3, 1.1];
  const exact = DATA.map((x) => -0.5 * (x ** 2 / variance + Math.log(2 * Math.PI * variance)));
  using world = owned({ x: tensor2d(DATA.map((x) => [x])) });
  for (const samples of [1, 2, 7]) {
    using bound = owned(scope(() => ({ nats: model.given(params).logProbBound(world.x, key(samples), samples) })));
    expectClose(bound.nats, exact, { absolute: 1e-4 });
  }
});

test('laws: a bound by the ladder, whatever the chunk, and reconstructions', () => {
  using world = owned({ params: scope(() => small.init(key(0))), x: bits() });
  using made = owned({
    nll: importanceWeightedNll(small, world.params, world.x, { key: key(4), samples: 6 }),
    chunked: importanceWeightedNll(small, world.params, world.x, { key: key(4), samples: 6, chunk: 2 }),
    given: scope(() => small.given(world.params).logProbBound(world.x, key(4), 6)),
    again: reconstruct(small, world.params, world.x),
  });
  expectClose(made.chunked, made.nll, { absolute: 1e-5 });
  expectClose(negated(made.given), made.nll, { absolute: 1e-5 });
  expect(made.again.shape).toEqual([5, 4]);
});

const negated = (x: Tensor): number[] => Array.from(x.dataSync(), (value) => -value);
