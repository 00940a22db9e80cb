import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, grad, square, sum, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { scope } from '../scope.js';
import { valueAndGrad } from '../value-and-grad.js';
import { attention } from './attention.js';
import { inBlocks, queryBlocks } from './in-blocks.js';

test('known answers: blocks of a causal sequence behind 2 earlier keys, in a window of 3', () => {
  const sizes = { each: 2, time: 5, length: 7, causal: true };
  expect(queryBlocks({ ...sizes, most: 28, window: 3 })).toEqual([
    { begin: 0, end: 2, first: 0, seen: 4 },
    { begin: 2, end: 4, first: 2, seen: 6 },
    { begin: 4, end: 5, first: 4, seen: 7 },
  ]);
  expect(queryBlocks({ ...sizes, most: 1, causal: false })).toHaveLength(5); // a query at a time is the least
  expect(queryBlocks(sizes)).toEqual([{ begin: 0, end: 5, first: 0, seen: 7 }]);
});

describe.each([true, false])('causal %s', (causal) => {
  const shapes = [
    [2, 3, 5, 4],
    [2, 3, 7, 4],
    [2, 3, 7, 2],
  ] as const;
  const blocks = queryBlocks({ each: 6, time: 5, length: 7, causal, most: 84 });
  const inTwos = (q: Tensor, k: Tensor, v: Tensor): Tensor =>
    inBlocks([q, k, v], blocks, (parts) => attention(...parts, { causal }));
  const whole = (q: Tensor, k: Tensor, v: Tensor): Tensor => attention(q, k, v, { causal });

  test('laws: values, gradients and second derivatives are those of all queries at once', () => {
    expect(blocks).toHaveLength(3);
    const inputs = shapes.map((shape, i) => normalNoise(key(i), shape)) as [Tensor, Tensor, Tensor];
    const [got, want] = [inTwos, whole].map((f) => {
      const loss = (q: Tensor, k: Tensor, v: Tensor): Tensor => sum(square(f(q, k, v)));
      const [q, k, v] = inputs;
      const { values, grad: slopes } = valueAndGrad((p) => ({ loss: loss(p.q, p.k, p.v) }), { q, k, v });
      const twice = scope(() => grad((k) => sum(square(grad((q) => loss(q, k, v))(q))))(k));
      return [values.loss, slopes.q, slopes.k, slopes.v, twice];
    });
    for (const [i, x] of got!.entries()) expectClose(x, want![i]!, { relative: 1e-4, absolute: 1e-4 });
    dispose([...inputs, ...got!, ...want!]);
  });
});
