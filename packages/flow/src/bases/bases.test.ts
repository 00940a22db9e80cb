import { GenaiError, key } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { distributionLaws } from '@genai/testing/distribution-laws';
import { expectClose } from '@genai/testing/expect-close';
import { oneHot, ones, sum, type Tensor, tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalFlow } from '../conditional-flow.js';
import { flow } from '../flow.js';
import { affine } from '../linear/affine.js';
import { reverse } from '../linear/permutation.js';
import { classBase } from './class-base.js';
import { diagonalNormalBase } from './diagonal-normal-base.js';
import { gaussianMixtureBase } from './gaussian-mixture-base.js';

distributionLaws('diagonalNormalBase', () => ({
  params: () => ({ loc: tensor1d([0.5, -1]), logScale: tensor1d([-0.3, 0.2]) }),
  given: diagonalNormalBase(2).given as never,
  support: { from: -8, to: 8 },
  reparameterised: ['loc', 'logScale'],
  valueAndGrad,
}));
distributionLaws('gaussianMixtureBase', () => ({
  params: () => ({
    logits: tensor1d([0.3, -0.5, 0]),
    loc: tensor([[-2], [0.5], [3]]),
    logScale: tensor([[-0.5], [0], [-0.2]]),
  }),
  given: gaussianMixtureBase(1, 3).given as never,
  support: { from: -8, to: 9 },
  reparameterised: ['loc', 'logScale'],
  valueAndGrad,
}));

test('known answers: at first N(0, I), a mixture of as many unit humps, and unit humps of classes', () =>
  scope(() => {
    const x = tensor([[0.3, -1.2]]);
    const unit = (x: readonly number[], loc: readonly number[]): number =>
      -Math.log(2 * Math.PI) - x.reduce((total, x, i) => total + (x - loc[i]!) ** 2, 0) / 2;
    const plain = diagonalNormalBase(2);
    expectClose(plain.given(plain.init(key(0))).logProb(x), [unit([0.3, -1.2], [0, 0])]);
    const humps = gaussianMixtureBase(2, 3);
    const params = humps.init(key(1));
    const locs = params.loc.arraySync() as number[][];
    const mean = locs.reduce((total, loc) => total + Math.exp(unit([0.3, -1.2], loc)) / 3, 0);
    expectClose(humps.given(params).logProb(x), [Math.log(mean)]);
    const classes = classBase(2, 3);
    const byClass = { loc: params.loc, logScale: params.logScale };
    const labels = tensor1d([2, 0], 'int32');
    const want = [2, 0].map((label) => unit([0.3, -1.2], locs[label]!));
    expectClose(classes.given(byClass, labels).logProb(x), want);
    expectClose(classes.given(byClass, oneHot(labels, 3)).logProb(x), want);
    return [];
  }));

test('known answers: a flow on a learned base, and one of classes, learn where the base stands', () =>
  scope(() => {
    const learned = flow({ transforms: [affine(2)], base: gaussianMixtureBase(2, 4) });
    const classes = conditionalFlow({ transforms: [reverse(2)], base: classBase(2, 3) });
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    const labels = tensor1d([1, 1], 'int32');
    const a = valueAndGrad((p) => ({ loss: sum(learned.given(p).logProb(x)) }), learned.init(key(0)));
    expect([...a.grad.base.logits.dataSync()].some((g) => g !== 0)).toBe(true);
    const b = valueAndGrad((p) => ({ loss: sum(classes.given(p, labels).logProb(x)) }), classes.init(key(0)));
    const rows = b.grad.base.loc.arraySync() as number[][];
    expect(rows.map((row) => row.some((g) => g !== 0))).toEqual([false, true, false]);
    expect(classes.given(classes.init(key(0)), labels).sample(key(1), [5]).shape).toEqual([5, 2, 2]);
    return [];
  }));

test('errors: sizes and contexts that do not fit', () => {
  expect(() => gaussianMixtureBase(2, 0)).toThrow(GenaiError);
  expect(() => diagonalNormalBase(0)).toThrow(GenaiError);
  const base = classBase(2, 3);
  const given = (context: () => Tensor) => () => scope(() => base.given(base.init(key(0)), context()).base.loc);
  expect(given(() => ones([4]))).toThrow(/got a context of float32 of shape \[4\], expected labels, int32/);
  expect(given(() => ones([4, 2]))).toThrow(/one-hot rows of \[batch, 3\]/);
  using labels = owned({ at: tensor1d([3], 'int32') });
  expect(given(() => labels.at)).toThrow(/index 3 is out of range/);
});
