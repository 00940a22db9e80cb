import { GenaiError, key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { bijectorLaws } from '@genai/testing/bijector-laws';
import { expectClose } from '@genai/testing/expect-close';
import { add, eye, matMul, mean, mul, ones, square, tensor, transpose } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { actnorm } from './actnorm.js';
import { affine } from './affine.js';
import { householder } from './householder.js';
import { householderMatrix } from './householder-matrix.js';
import { inverseOfTriangle } from './inverse-of-triangle.js';
import { luLinear } from './lu-linear.js';
import { permutation, reverse, shuffle } from './permutation.js';
import { standardize } from './standardize.js';

const rows = (features: number) => () => normalNoise(key(1), [4, features]);
const places = (features: number) => () => normalNoise(key(1), [2, 2, 1, features]);

bijectorLaws('permutation', () => ({ map: permutation([2, 0, 1]), x: places(3), settings: 1 }));
bijectorLaws('actnorm', () => ({ map: actnorm(3), x: rows(3) }));
bijectorLaws('actnorm at places', () => ({ map: actnorm(2), x: places(2), settings: 20 }));
bijectorLaws('affine', () => ({ map: affine(3), x: rows(3) }));
bijectorLaws('luLinear', () => ({ map: luLinear(4, { key: key(3) }), x: rows(4), spread: 0.5 }));
bijectorLaws('luLinear at places', () => ({ map: luLinear(3), x: places(3), spread: 0.5, settings: 20 }));
bijectorLaws('householder', () => ({ map: householder(5), x: rows(5) }));
bijectorLaws('householder at places, fewer reflections', () => ({
  map: householder(3, 2),
  x: places(3),
  settings: 20,
}));
bijectorLaws('standardize', () => ({ map: standardize([1, -2], [0.5, 20]), x: rows(2), settings: 1 }));
bijectorLaws('standardize with one number for all', () => ({ map: standardize(0.5, 0.3), x: places(3), settings: 1 }));

describe('known answers', () => {
  test('permutation, reverse and shuffle move features as they say; a shuffle is its key', () =>
    scope(() => {
      const x = tensor([[10, 11, 12, 13]]);
      expectClose(permutation([2, 0, 3, 1]).forward({}, x).y, [12, 10, 13, 11]);
      expectClose(reverse(4).forward({}, x).y, [13, 12, 11, 10]);
      const shuffled = shuffle(4, key(5)).forward({}, x).y.dataSync();
      expect([...shuffled].sort()).toEqual([10, 11, 12, 13]);
      expect(shuffle(4, key(5)).forward({}, x).y.dataSync()).toEqual(shuffled);
      return [];
    }));

  test('actnorm starts with mean 0 and deviation 1 of every feature, over examples and places', () =>
    scope(() => {
      const map = actnorm(2);
      const x = add(mul(normalNoise(key(1), [8, 3, 3, 2]), tensor([5, 0.01])), tensor([100, -3]));
      const { y } = map.forward(map.start!(map.init(key(0)), x), x);
      expectClose(mean(y, [0, 1, 2]), [0, 0], { absolute: 1e-4 });
      expectClose(mean(square(y), [0, 1, 2]), [1, 1], { absolute: 1e-3 });
      return [];
    }));

  test('luLinear is P L U of its parameters, and the identity in a random order at first', () =>
    scope(() => {
      // python3 -c "import numpy as np; t = np.array([[9, 2, 3], [.5, 9, -1], [-2, 4, 9.]]); L = np.tril(t, -1) + np.eye(3)
      // U = np.triu(t, 1) + np.diag(np.exp([.1, -.2, .3])); print(L @ U @ [1, -2, .5])"
      const triangles = [9, 2, 3, 0.5, 9, -1, -2, 4, 9]; // the nines are not to be seen
      const params = { triangles: tensor(triangles, [3, 3]), logDiagonal: tensor([0.1, -0.2, 0.3]) };
      const { y, logDet } = luLinear(3).forward(params, tensor([[1, -2, 0.5]]));
      expectClose(y, [-1.3948290819, -2.8348760471, -5.085258457]);
      expectClose(logDet, [0.2]);
      const mixed = luLinear(6, { key: key(2) });
      expectClose(mixed.forward(mixed.init(key(0)), eye(6)).y, shuffle(6, key(2)).forward({}, eye(6)).y);
      return [];
    }));

  test('the inverse of a triangle, also of 96 features and of a size that is no power of two', () =>
    scope(() => {
      for (const n of [1, 2, 5, 96]) {
        const noise = mul(normalNoise(key(4), [n, n]), 1 / Math.sqrt(n));
        const strict = mul(noise, luTriangle(n));
        const diagonal = add(square(normalNoise(key(5), [n])), 0.5);
        const whole = add(strict, mul(eye(n), diagonal));
        expectClose(matMul(whole, inverseOfTriangle(strict, diagonal)), eye(n), { absolute: 1e-5 });
        expectClose(matMul(inverseOfTriangle(transpose(strict), diagonal), transpose(whole)), eye(n), {
          absolute: 1e-5,
        });
      }
      return [];
    }));

  test('householder: the product of the reflections, each H = I − 2 v vᵀ / |v|², the first acting first', () =>
    scope(() => {
      const v = normalNoise(key(3), [3, 4]);
      let product = eye(4);
      const given = v.arraySync() as number[][];
      for (const vector of given) {
        const length = vector.reduce((total, a) => total + a * a, 0);
        const reflection = vector.map((a, i) => vector.map((b, j) => (i === j ? 1 : 0) - (2 * a * b) / length));
        product = matMul(product, tensor(reflection) as typeof product) as typeof product;
      }
      expectClose(householderMatrix(v), product, { absolute: 1e-6 });
      expectClose(householderMatrix(tensor([[[0, 0]], [[3, 0]]])), [1, 0, 0, 1, -1, 0, 0, 1]);
      return [];
    }));

  test('standardize takes the mean off and divides by the deviation', () =>
    scope(() => {
      const { y, logDet } = standardize([170, 70], [10, 4]).forward({}, tensor([[180, 60]]));
      expectClose(y, [1, -2.5]);
      expectClose(logDet, [-Math.log(40)]);
      expectClose(standardize(2, 4).forward({}, ones([1, 3])).logDet, [-3 * Math.log(4)]);
      return [];
    }));
});

test('errors: orders that are none, features that do not fit, deviations of 0, a batch of one', () => {
  expect(() => permutation([0, 0, 1])).toThrow(GenaiError);
  expect(() => permutation([])).toThrow(/features must be an integer of at least 1/);
  expect(() => householder(3, 0)).toThrow(/householder\(3, 0\): count/);
  expect(() => standardize([1, 2], [1, 0])).toThrow(/deviations above 0/);
  expect(() => standardize([1, 2], [1, 2, 3])).toThrow(GenaiError);
  using x = owned({ two: ones([1, 2]) });
  for (const map of [actnorm(3), affine(3), luLinear(3), householder(3), permutation([1, 2, 0])]) {
    expect(() => scope(() => map.forward(map.init(key(0)) as never, x.two))).toThrow(/expected \[…, 3\]/);
  }
  const map = actnorm(2);
  expect(() => scope(() => map.start!(map.init(key(0)), x.two))).toThrow(/two examples or more/);
});

function luTriangle(n: number) {
  return tensor(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i > j ? 1 : 0))));
}
