import { type Batches, fold, type Key, randomIntegers, split } from '@genai/core';
import {
  batches,
  type CloudFrame,
  type Dataset,
  map,
  normalizeCloud,
  type ShapeClouds,
  type ShapeFamily,
  shapeClouds,
} from '@genai/data';
import { add, div, mul, slice, sub, type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Clouds to learn from, and where they lie. */
export interface CloudLessons {
  /** Standardised clouds, (batch, points, 3), other points of each shape at every step. */
  readonly data: Batches<Tensor>;
  /** From the shapes' own places to those of the model, and back: (…, 3). */
  readonly toModel: (points: Tensor) => Tensor;
  readonly fromModel: (points: Tensor) => Tensor;
}

/** How {@link cloudLessons} are made. */
export interface CloudLessonsOptions {
  readonly shapes: number;
  /** Points that are drawn from a shape once, of which each step sees some. */
  readonly pool: number;
  readonly points: number;
  readonly batch: number;
  readonly key: Key;
}

/** Shapes whose clouds say where the set lies: the first ones. */
const LOOKED_AT = 256;

/** Clouds of shapes of some families, standardised together so that their sizes still differ. */
export async function cloudLessons(
  families: readonly ShapeFamily[],
  { shapes, pool, points, batch, key }: CloudLessonsOptions,
): Promise<CloudLessons> {
  const [forShapes, forOrder, forPoints] = split(key, 3);
  const all = shapeClouds(families, forShapes, { count: shapes, points: pool });
  const { centre, scale } = await frameOf(all, Math.min(LOOKED_AT, shapes));
  const toModel = (x: Tensor): Tensor => div(sub(x, tensor1d([...centre])), scale);
  const pools = batches(all, { size: batch, key: forOrder });
  return {
    data: map(pools, ({ points: x }, number) => {
      // Points of a pool stand in no order, so that a window of them is as good a choice as another.
      const [from] = randomIntegers(fold(forPoints, number), 1, { min: 0, max: pool - points + 1 });
      return toModel(slice(x, [0, from!, 0], [batch, points, 3]));
    }),
    toModel,
    fromModel: (x) => add(mul(x, scale), tensor1d([...centre])),
  };
}

/** Clouds of shapes, (count, points, 3), in their own places; the caller owns them. */
export async function cloudsOf(
  families: readonly ShapeFamily[],
  key: Key,
  { count, points }: { readonly count: number; readonly points: number },
): Promise<Tensor> {
  return await firstOf(shapeClouds(families, key, { count, points }), count);
}

async function frameOf(all: Dataset<ShapeClouds>, count: number): Promise<CloudFrame> {
  const points = await firstOf(all, count);
  const values = await points.data<'float32'>().finally(() => points.dispose());
  return normalizeCloud(Float32Array.from(values)).frame;
}

async function firstOf(all: Dataset<ShapeClouds>, count: number): Promise<Tensor> {
  return await map(all, ({ points }) => points).read(Uint32Array.from({ length: count }, (_, i) => i));
}
