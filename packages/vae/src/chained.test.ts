import { independent, normal } from '@genai/distributions';
import { owned, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { add, broadcastTo, mul, type Tensor, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { chained } from './chained.js';

type Params = { readonly loc: Tensor; readonly scale: Tensor; readonly slope: Tensor; readonly spread: Tensor };

/** a ~ N(loc, scale²), b | a ~ N(slope · a + ½, spread²): two numbers each, in a batch of two. */
const given = ({ loc, scale, slope, spread }: Params) =>
  chained({
    first: independent(normal(loc, scale), 1),
    second: (a) => independent(normal(add(mul(a, slope), 0.5), broadcastTo(spread, a.shape)), 1),
    features: 1,
  });

distributionLaws<Params>('chained', () => ({
  params: () => ({
    loc: tensor2d([[0.3], [-0.5]]),
    scale: tensor2d([[0.8], [1.1]]),
    slope: tensor2d([[0.7]]),
    spread: tensor2d([[0.6]]),
  }),
  given,
  support: { from: -8, to: 8 },
  reparameterised: ['loc', 'scale', 'slope', 'spread'],
  valueAndGrad,
}));

test('errors', () => {
  using world = owned({ loc: zeros([2, 1]), wide: zeros([2, 3]), flat: zeros([2]) });
  const narrow = { loc: world.loc, scale: world.loc, slope: world.loc, spread: world.loc };
  expect(() => given({ ...narrow }).logProb(world.wide)).toThrow(
    /chained.logProb: got shape \[2, 3\], expected \[…, 2\]/,
  );
  const scalars = normal(world.flat, world.flat);
  expect(() => chained({ first: scalars, second: () => scalars, features: 1 })).toThrow(
    /event of the first: got shape \[\]/,
  );
});
