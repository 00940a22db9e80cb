import { GenaiError, key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import {
  dispose,
  fill,
  ones,
  slice,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tensor4d,
  zeros,
} from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { attention } from './attention.js';

test('known answers: equal scores give the mean of what is seen', () => {
  const [q, k] = [zeros([1, 1, 3, 2]), ones([1, 1, 3, 2])];
  const v = tensor4d([2, 4, 9], [1, 1, 3, 1]);
  const mask = tensor2d([1, 0, 1, 0, 0, 0, 1, 1, 1], [3, 3], 'bool');
  const [all, causal, masked, both] = [
    attention(q, k, v),
    attention(q, k, v, { causal: true }),
    attention(q, k, v, { mask }),
    attention(q, k, v, { causal: true, mask }),
  ];
  expectClose(all, [5, 5, 5]);
  expectClose(causal, [2, 3, 5]);
  expectClose(masked, [5.5, 0, 5]); // zeros for the query that may attend to nothing
  expectClose(both, [2, 0, 5]);
  dispose([q, k, v, mask, all, causal, masked, both]);
});

test('known answers: scores of ±10⁴ pick one key', () => {
  const q = fill([1, 1, 1, 1], 100);
  const k = tensor4d([100, -100, 99], [1, 1, 3, 1]);
  const v = tensor4d([1, 2, 3], [1, 1, 3, 1]);
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(attention(p.q, p.k, p.v)) }), { q, k, v });
  expectClose(values.loss, 1);
  expectClose(grad.v, [1, 0, 0]);
  expectClose(grad.q, 0);
  expectClose(grad.k, [0, 0, 0]);
  dispose([q, k, v, values.loss, grad.q, grad.k, grad.v]);
});

test('laws: a causal query behind cached keys sees what it sees in the whole sequence', () => {
  const q = normalNoise(key(0), [2, 3, 5, 4]);
  const k = normalNoise(key(1), [2, 3, 5, 4]);
  const v = normalNoise(key(2), [2, 3, 5, 4]);
  const lastTwo = (x: Tensor): Tensor => slice(x, [0, 0, 3, 0]);
  const whole = scope(() => lastTwo(attention(q, k, v, { causal: true })));
  const behind = scope(() => attention(lastTwo(q), k, v, { causal: true }));
  expectClose(behind, whole);
  dispose([q, k, v, whole, behind]);
});

test('known answers: queries before the first key give zeros', () => {
  const [q, k, v] = [zeros([1, 1, 3, 2]), zeros([1, 1, 2, 2]), ones([1, 1, 2, 1])];
  const y = attention(q, k, v, { causal: true });
  expectClose(y, [0, 1, 1]);
  dispose([q, k, v, y]);
});

test('known answers: the gradient of a query that may attend to nothing is zero, not NaN', () => {
  const [q, k, v] = [ones([1, 1, 2, 2]), ones([1, 1, 2, 2]), ones([1, 1, 2, 2])];
  const mask = tensor1d([0, 0], 'bool');
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(attention(p.q, p.k, p.v, { mask })) }), { q, k, v });
  for (const x of [values.loss, grad.q, grad.k, grad.v]) expectClose(x, Array(x.size).fill(0));
  dispose([q, k, v, mask, values.loss, grad.q, grad.k, grad.v]);
});

test('errors: shapes that do not fit together', () => {
  const [q, k, v, flat, mask] = [
    zeros([2, 1, 3, 4]),
    zeros([2, 1, 5, 4]),
    zeros([2, 1, 5, 6]),
    zeros([3, 4]),
    zeros([5, 5]),
  ];
  expect(() => attention(flat, k, v)).toThrow(GenaiError);
  expect(() => attention(flat, k, v)).toThrow('attention: q: got shape [3, 4], expected [batch, heads, time, width].');
  expect(() => attention(q, v, v)).toThrow('attention: k: got shape [2, 1, 5, 6], expected [2, 1, length, 4].');
  expect(() => attention(q, k, q)).toThrow('attention: v: got shape [2, 1, 3, 4], expected [2, 1, 5, features].');
  expect(() => attention(q, k, v, { mask })).toThrow('expected one that broadcasts to [2, 1, 3, 5].');
  dispose([q, k, v, flat, mask]);
});
