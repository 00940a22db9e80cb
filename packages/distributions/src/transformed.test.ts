import { scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import {
  add,
  broadcastTo,
  div,
  exp,
  log,
  mul,
  neg,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../golden/distributions.json' with { type: 'json' };
import { independent } from './independent.js';
import { normal } from './normal.js';
import { type Invertible, transformed } from './transformed.js';

const exponential: Invertible = {
  forward: (x) => ({ y: exp(x), logDet: x }),
  inverse: (y) => ({ x: log(y), logDet: neg(log(y)) }),
};

/** x ↦ shift + factor · x on vectors. */
const affine = (shift: Tensor, factor: Tensor): Invertible => ({
  forward: (x) => ({ y: add(shift, mul(factor, x)), logDet: sum(log(broadcastTo(factor, x.shape)), -1) }),
  inverse: (y) => ({ x: div(sub(y, shift), factor), logDet: neg(sum(log(broadcastTo(factor, y.shape)), -1)) }),
});

distributionLaws('transformed: log-normal', () => ({
  params: () => ({ loc: tensor1d([0, 0.5]), scale: tensor1d([0.4, 0.25]) }),
  given: ({ loc, scale }) => transformed(normal(loc, scale), exponential),
  support: { from: 0.001, to: 12 },
  reparameterised: ['loc', 'scale'],
  valueAndGrad,
}));

distributionLaws('transformed: vectors', () => ({
  params: () => ({
    loc: tensor2d([
      [0, 1],
      [-1, 0],
    ]),
    shift: tensor1d([1, -1]),
    factor: tensor1d([0.5, 1.5]),
  }),
  given: ({ loc, shift, factor }) =>
    transformed(independent(normal(loc, tensor1d([0.7, 0.7])), 1), affine(shift, factor)),
  support: { from: -8, to: 8 },
  reparameterised: ['loc', 'shift', 'factor'],
  valueAndGrad,
}));

test('goldens of scipy: the log-normal distribution', () => {
  scope(() => {
    const { loc, scale, x, logProb } = golden.logNormal;
    const d = transformed(normal(tensor1d(loc), tensor1d(scale)), exponential);
    expect([d.kind, d.batchShape, d.eventShape]).toEqual(['transformed', [3], []]);
    expectClose(d.logProb(tensor2d(x, [x.length, 1])), logProb, { relative: 2e-6 });
  });
});
