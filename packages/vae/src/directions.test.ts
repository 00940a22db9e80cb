import { GenaiError, key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { add, memory, type Tensor, tensor, tensor1d, tensor2d, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { linearGaussian, NONE, W } from '../test/linear-gaussian.js';
import { attributeDirection } from './attribute-direction.js';
import { editAttribute } from './edit-attribute.js';
import { principalDirections } from './principal-directions.js';
import { reconstruct } from './reconstruct.js';

/** An encoder whose means are the numbers it is given. */
const passing = {
  encode: (_params: object, x: Tensor) => ({
    batchShape: [x.shape[0]!],
    eventShape: x.shape.slice(1),
    sample: () => x,
    logProb: () => x,
    mean: () => x.clone(),
  }),
};

describe('attributeDirection and editAttribute', () => {
  test('known answers: the direction between the mean latents, and what an edit adds to an image', () => {
    using world = owned(
      scope(() => ({
        a: tensor2d([
          [1, 2],
          [3, 6],
        ]),
        b: tensor2d([[0, 1]]),
        x: tensor2d([[0.5, -1, 0.2]]),
        along: tensor1d([1, -2]),
      })),
    );
    using direction = owned({ d: attributeDirection(passing, {}, { withAttribute: world.a, without: world.b }) });
    expect(Array.from(direction.d.dataSync())).toEqual([2, 3]);

    const before = memory().numTensors;
    const made = scope(() => [0, 1, -1.5].map((s) => editAttribute(linearGaussian, NONE, world.x, world.along, s)));
    expect(memory().numTensors - before).toBe(3);
    const again = reconstruct(linearGaussian, NONE, world.x);
    const start = Array.from(again.dataSync());
    for (const [i, strength] of [0, 1, -1.5].entries()) {
      const wanted = W.map((row, j) => start[j]! + strength * (row[0] - 2 * row[1])); // W d
      expectClose(made[i]!, wanted, { absolute: 1e-5 });
    }
    for (const t of [...made, again]) t.dispose();
  });

  test('known answers: it finds the latent that tells two kinds of data apart', () => {
    // Kinds that differ by W (2, 0): the direction is (2, 0), shrunk as the posterior mean is.
    using world = owned(
      scope(() => {
        const draws = linearGaussian.given(NONE).sample(key(3), [2_000]);
        return { plain: draws, moved: add(draws, tensor1d(W.map((row) => 2 * row[0]))) };
      }),
    );
    using found = owned({
      d: attributeDirection(linearGaussian, NONE, { withAttribute: world.moved, without: world.plain }),
    });
    expectClose(found.d, [(2 * 2.25) / (2.25 + 0.36), 0], { absolute: 1e-4 });
  });

  test('errors', () => {
    using world = owned({ none: zeros([0, 2]), some: zeros([1, 2]), x: zeros([1, 3]) });
    expect(() => attributeDirection(passing, {}, { withAttribute: world.some, without: world.none })).toThrow(
      /without has shape \[0,2\]/,
    );
    expect(() => editAttribute(linearGaussian, NONE, world.x, world.x)).toThrow(/direction has shape \[1,3\].*\[2\]/);
  });
});

describe('principalDirections', () => {
  test('known answers: the axes and variances of latents that lie on an ellipse', async () => {
    // z = c + 3 cos t · u + 1 sin t · v at 8 angles: variances 9 · 4 / 7 and 4 / 7 along u and v.
    const [u, v] = [
      [0.6, 0, 0.8],
      [-0.8, 0, 0.6],
    ] as const;
    const rows = Array.from({ length: 8 }, (_, k) => {
      const t = (k * Math.PI) / 4;
      return u.map((ui, i) => 5 + i + 3 * Math.cos(t) * ui + Math.sin(t) * v[i]!);
    });
    using world = owned({ z: tensor2d(rows) });
    const before = memory().numTensors;
    using found = owned(await principalDirections(passing, {}, world.z, 3));
    expect(memory().numTensors - before).toBe(2);
    expectClose(found.variances, [36 / 7, 4 / 7, 0], { absolute: 1e-5 });
    expect(found.directions.shape).toEqual([3, 3]);
    const [first, second, third] = found.directions.arraySync() as [number[], number[], number[]];
    expectClose(first, [...u], { absolute: 1e-5 });
    expectClose(
      second,
      v.map((x) => -x), // its largest entry is made positive
      { absolute: 1e-5 },
    );
    expectClose(third, [0, 1, 0], { absolute: 1e-5 });
  });

  test('errors', async () => {
    using world = owned({
      z: zeros([4, 3]),
      one: zeros([1, 3]),
      wide: zeros([2, 513]),
      map: tensor([1, 2], [2, 1, 1]),
    });
    const find = (z: Tensor, count: number) => principalDirections(passing, {}, z, count);
    await expect(find(world.z, 4)).rejects.toThrow(/count is 4, but z has 3/);
    await expect(find(world.z, 0)).rejects.toThrow(GenaiError);
    await expect(find(world.one, 1)).rejects.toThrow(/got 1 examples/);
    await expect(find(world.wide, 1)).rejects.toThrow(/at most 512/);
    await expect(find(world.map, 1)).rejects.toThrow(/z has shape \[1,1\]/);
  });
});
