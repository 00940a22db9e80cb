import { fold, GenaiError, type Key, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Dataset } from '../dataset.js';
import { expectIndices, expectInteger } from '../expect.js';
import type { ShapeFamily } from './shape-family.js';

/** Clouds of points and what they are of. */
export type ShapeClouds = {
  /** (batch, points, 3) float32, each cloud uniform on its surface. */
  readonly points: Tensor;
  /** (batch) int32: which of the families. */
  readonly family: Tensor;
  /** (batch, most parameters of a family) float32, as the family has them, then zeros. */
  readonly parameters: Tensor;
};

export interface ShapeCloudsOptions {
  /** How many shapes there are. */
  readonly count: number;
  /** How many points are drawn from each. */
  readonly points: number;
}

/**
 * Clouds of points on shapes of some families, in turn: shape i is of family i mod families, and drawn by `fold(key, i)`.
 *
 * A cloud is made when it is first read, and kept: 12 bytes a point. Under one key it is the same whenever and wherever it is read.
 *
 * @example
 * const data = shapeClouds([tables(), chairs()], key(0), { count: 2_000, points: 1_024 });
 * for await (const { points, family } of batches(data, { size: 32, key: key(1) })) break; // (32, 1024, 3), (32)
 * @throws GenaiError if there are no families, or a number is not an integer of at least 1.
 */
export function shapeClouds(
  families: readonly ShapeFamily[],
  key: Key,
  { count, points }: ShapeCloudsOptions,
): Dataset<ShapeClouds> {
  if (families.length === 0) throw new GenaiError('shapeClouds: there are no families. Pass one, such as tori().');
  expectInteger('shapeClouds', 'count', count, 1);
  expectInteger('shapeClouds', 'points', points, 1);
  const width = Math.max(...families.map(({ parameters }) => parameters.length));
  const made = new Map<number, Shape>();
  const shapeAt = (index: number): Shape => {
    const shape = made.get(index) ?? drawShape(families, fold(key, index), index, points);
    made.set(index, shape);
    return shape;
  };
  return {
    length: count,
    read: (indices) => {
      expectIndices('shapeClouds', indices, count);
      const batch = indices.length;
      const places = new Float32Array(batch * points * 3);
      const parameters = new Float32Array(batch * width);
      for (let i = 0; i < batch; i++) {
        const shape = shapeAt(indices[i]!);
        places.set(shape.points, i * points * 3);
        parameters.set(shape.parameters, i * width);
      }
      return scope(() => ({
        points: tensor(places, [batch, points, 3]),
        family: tensor(
          Int32Array.from(indices, (index) => index % families.length),
          [batch],
          'int32',
        ),
        parameters: tensor(parameters, [batch, width]),
      }));
    },
  };
}

type Shape = { readonly points: Float32Array; readonly parameters: readonly number[] };

function drawShape(families: readonly ShapeFamily[], key: Key, index: number, count: number): Shape {
  const family = families[index % families.length]!;
  const [forShape, forPoints] = split(key);
  const parameters = family.draw(forShape);
  return { parameters, points: family.surface(parameters, forPoints, count) };
}
