import { expectClose } from '@genai/testing/expect-close';
import { norm, slice, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { owned, scope } from './scope.js';
import { way } from './way.js';

const values = (x: Tensor): number[] => [...x.dataSync()];

describe('known answers', () => {
  test('the line', () => {
    using x = owned(scope(() => ({ way: way(tensor([[0, 0]]), tensor([[2, 4]]), { steps: 3 }) })));
    expect(x.way.shape).toEqual([3, 1, 2]);
    expect(values(x.way)).toEqual([0, 0, 1, 2, 2, 4]);
  });

  test('the arc of a quarter circle keeps the length, also of codes with many axes', () => {
    using x = owned(
      scope(() => {
        const from = tensor([1, 0, 0, 0], [1, 2, 1, 2]);
        const to = tensor([0, 0, 0, 1], [1, 2, 1, 2]);
        const points = way(from, to, { steps: 3, spherical: true });
        return { middle: slice(points, [1], [1]), length: norm(slice(points, [1], [1])) };
      }),
    );
    expectClose(values(x.middle), [Math.SQRT1_2, 0, 0, Math.SQRT1_2], { absolute: 1e-6 });
    expectClose(values(x.length), [1], { absolute: 1e-6 });
  });

  test('where the two are parallel or opposite the arc is the line', () => {
    using x = owned(
      scope(() => ({
        way: way(
          tensor([
            [1, 0],
            [1, 0],
          ]),
          tensor([
            [3, 0],
            [-1, 0],
          ]),
          { steps: 3, spherical: true },
        ),
      })),
    );
    expectClose(values(x.way), [1, 0, 1, 0, 2, 0, 0, 0, 3, 0, -1, 0], { absolute: 1e-6 });
  });
});

test('errors: shapes that differ, no way of one point', () => {
  using x = owned({ a: tensor([[1, 2]]), b: tensor([[1]]) });
  expect(() => way(x.a, x.b, { steps: 2 })).toThrow('Pass tensors of one shape');
  expect(() => way(x.a, x.a, { steps: 1 })).toThrow('way: steps');
});
