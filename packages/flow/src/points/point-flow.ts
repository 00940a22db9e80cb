import {
  type Distribution,
  expectIntegers,
  type Key,
  type LowerBound,
  type Mean,
  type Model,
  type Samples,
  sizeOf,
  split,
} from '@genai/core';
import { expectShape, logSumExp, scope } from '@genai/tensor';
import { add, reshape, stack, sub, sum, type Tensor, transpose } from '@tensorflow/tfjs-core';
import type { ConditionalFlow } from '../conditional-flow.js';
import type { Flow } from '../flow.js';

/** The parameters of a {@link PointFlow}: those of its three parts. */
export type PointFlowParams<E, R, X> = { readonly encoder: E; readonly prior: R; readonly points: X };

/** What a {@link pointFlow} is made of. */
export interface PointFlowParts<E, R, X> {
  /** q(z | cloud): (batch, points, 3) to a distribution of (latents), {@link pointNet} for instance. */
  readonly encoder: Model<E, Distribution<Tensor> & Mean<Tensor>, Tensor>;
  /** p(z) of shapes. */
  readonly prior: Flow<R>;
  /** p(x | z) of one point of a shape. */
  readonly points: ConditionalFlow<X>;
  /** Points of a cloud that is drawn. */
  readonly count: number;
}

/**
 * A model of clouds of points, (points, 3): a shape is drawn, then its points, as many as one likes.
 *
 * @typeParam P - the parameters, a tree of tensors.
 */
export interface PointFlow<P> extends Model<P, Samples<Tensor> & LowerBound<Tensor>> {
  /** q(z | cloud) for clouds of (batch, points, 3). */
  readonly encode: (params: P, clouds: Tensor) => Distribution<Tensor> & Mean<Tensor>;
  /** Clouds of the shapes z, (batch, latents): (batch, count, 3). The same key gives points that correspond from shape to shape. */
  readonly decode: (params: P, z: Tensor, options: { readonly key: Key; readonly count?: number }) => Tensor;
  /** The flow of shapes. */
  readonly prior: (params: P) => ShapePrior;
  /** log p(points | z) in nats, summed over the points of each cloud: (batch). */
  readonly logProbPoints: (params: P, clouds: Tensor, z: Tensor) => Tensor;
}

/** The flow of shapes at its parameters: from z to noise and back, (batch, latents). */
export interface ShapePrior {
  readonly distribution: Distribution<Tensor>;
  readonly forward: (z: Tensor) => Tensor;
  readonly inverse: (noise: Tensor) => Tensor;
}

/**
 * Shapes in space as distributions of points, in two levels: a flow of what the shape is, z, and a flow of one point given z.
 *
 * `given(params).sample(key, shape)` has shape `shape + [count, 3]`; `logProbBound(clouds, key, samples)` has shape (batch), in nats a
 * cloud. Train it by {@link boundNll}.
 *
 * @example
 * const shapes = pointFlow({
 *   encoder: gaussian(pointNet({ outputs: 2 * 32 })),
 *   prior: nsf({ features: 32, transforms: 6, passes: 2 }), // splines: far codes of the first steps do not overflow
 *   points: splinePoints({ context: 32 }),
 *   count: 512,
 * });
 * const step = minimize(boundNll(shapes), adam(1e-3)); // batches of clouds, (batch, points, 3)
 * using chairs = owned(scope(() => shapes.given(params).sample(key(1), [8]))); // (8, 512, 3)
 * @throws GenaiError if `count` is not an integer of at least 1; when used, if the clouds are not (batch, points, features).
 * @source Yang et al. 2019, "PointFlow: 3D point cloud generation with continuous normalizing flows", eq. 8 to 10 (there both flows are
 * continuous; here any will do).
 */
export function pointFlow<E, R, X>({
  encoder,
  prior,
  points,
  count,
}: PointFlowParts<E, R, X>): PointFlow<PointFlowParams<E, R, X>> {
  type P = PointFlowParams<E, R, X>;
  expectIntegers('pointFlow', { count });
  const made: PointFlow<P> = {
    init: (key) => {
      const [a, b, c] = split(key, 3);
      return scope(() => ({ encoder: encoder.init(a), prior: prior.init(b), points: points.init(c) }));
    },
    encode: (params, clouds) => encoder.given(params.encoder, clouds),
    decode: (params, z, { key, count: number = count }) =>
      scope(() => {
        // The same noise for every shape: base draws are of one row, and the flow bends them by z.
        const base = points.at(z).base(params.points);
        const [rows] = expectShape('pointFlow.decode', z, ['batch', 'latents']);
        const drawn = base.sample(key, [number]); // (count, …batch, features)
        const noise = base.batchShape.length > 0 ? drawn : repeated(drawn, rows); // (count, batch, features)
        const flat = reshape(noise, [number * rows, noise.shape[2]!]);
        const { x } = points.at(z).inverse(params.points, flat); // (count · batch, features)
        return transpose(reshape(x, [number, rows, -1]), [1, 0, 2]); // (batch, count, features)
      }),
    prior: (params) => ({
      distribution: prior.given(params.prior),
      forward: (z) => scope(() => prior.forward(params.prior, z).y),
      inverse: (noise) => scope(() => prior.inverse(params.prior, noise).x),
    }),
    logProbPoints: (params, clouds, z) =>
      scope(() => {
        expectShape('pointFlow', clouds, ['batch', 'points', 'features']);
        const across = transpose(clouds, [1, 0, 2]); // (points, batch, features)
        return sum(points.given(params.points, z).logProb(across), 0); // (batch)
      }),
    given: (params) => ({
      sample: (key, shape = []) =>
        scope(() => {
          const [first, second] = split(key);
          const z = made.prior(params).distribution.sample(first, [sizeOf(shape)]); // (count, latents)
          const clouds = drawClouds(points, params.points, z, second, count); // (shapes, count, features)
          return reshape(clouds, [...shape, ...clouds.shape.slice(1)]);
        }),
      logProbBound: (clouds, key, samples = 1) =>
        scope(() => {
          expectIntegers('pointFlow.logProbBound', { samples });
          const q = made.encode(params, clouds);
          const weights = split(key, samples).map((own) =>
            scope(() => {
              const z = q.sample(own); // (batch, latents)
              const joint = add(made.logProbPoints(params, clouds, z), made.prior(params).distribution.logProb(z));
              return sub(joint, q.logProb(z)); // log p(X, z) − log q(z | X), (batch)
            }),
          );
          return samples === 1 ? weights[0]! : sub(logSumExp(stack(weights), 0), Math.log(samples));
        }),
    }),
  };
  return made;
}

/** Points of their own for every shape. */
function drawClouds<X>(points: ConditionalFlow<X>, params: X, z: Tensor, key: Key, count: number): Tensor {
  const drawn = points.given(params, z).sample(key, [count]); // (count, shapes, features)
  return transpose(drawn, [1, 0, 2]);
}

/** (count, features) → (count, rows, features) */
function repeated(x: Tensor, rows: number): Tensor {
  return stack(
    Array.from({ length: rows }, () => x),
    1,
  );
}
