import { expectShape, gather, scope, stopGradient } from '@genai/tensor';
import {
  add,
  argMin,
  concat,
  mul,
  range,
  reshape,
  slice,
  squaredDifference,
  sub,
  sum,
  type Tensor,
  transpose,
} from '@tensorflow/tfjs-core';

/**
 * The Chamfer distance of each pair of clouds, to train by: the mean over the points of each of the *squared* distance to the
 * nearest of the other, both means added, in squared units of the coordinates. {@link chamferDistance} as a function of tensors.
 *
 * a: (batch, points, 3), b: (batch, others, 3); result: (batch). The gradient goes through the points that are nearest, of
 * equally near ones that of the lower index; derivatives of any order are right. All distances are held only for as many pairs of
 * clouds as fit 4 MB, for one at least.
 *
 * @example
 * const loss = (params, x) => ({ loss: mean(chamferLoss(decode(params, encode(params, x)), x)) }); // x: (32, 2048, 3)
 * @throws GenaiError unless the shapes are those.
 * @source Fan et al. 2017, "A point set generation network for 3D object reconstruction from a single image", section 3.2.
 */
export function chamferLoss(a: Tensor, b: Tensor): Tensor {
  const [batch, points] = expectShape('chamferLoss, a', a, ['batch', 'points', 3]);
  const [, others] = expectShape('chamferLoss, b', b, [batch, 'others', 3]);
  return scope(() => {
    const [forth, back] = nearest(stopGradient(a), stopGradient(b), batch, points, others);
    return add(meanSquared(a, b, forth), meanSquared(b, a, back)); // (batch)
  });
}

/** Numbers of one matrix of distances: 4 MB in float32. */
const BLOCK = 2 ** 20;

/**
 * The index of the nearest of b's points for each of a's, (batch, points), and of a's for each of b's, (batch, others), counted
 * over the whole batch.
 */
function nearest(a: Tensor, b: Tensor, batch: number, points: number, others: number): [forth: Tensor, back: Tensor] {
  const rows = Math.max(1, Math.min(batch, Math.floor(BLOCK / (points * others))));
  const blocks = Array.from({ length: Math.ceil(batch / rows) }, (_, i) =>
    scope(() => {
      const size = Math.min(rows, batch - i * rows);
      const squared = squaredDistances(slice(a, [i * rows], [size]), slice(b, [i * rows], [size]));
      return { forth: argMin(squared, 2), back: argMin(squared, 1) }; // (size, points), (size, others)
    }),
  );
  const [forth, back] = [concat(blocks.map((block) => block.forth)), concat(blocks.map((block) => block.back))];
  return [add(forth, before(batch, others)), add(back, before(batch, points))];
}

/** How many points the examples before each have; (batch, 1). */
function before(batch: number, points: number): Tensor {
  return reshape(range(0, batch * points, points, 'int32'), [batch, 1]);
}

/** (batch, points, others). By differences: products of coordinates would lose the digits of near points. */
function squaredDistances(a: Tensor, b: Tensor): Tensor {
  const across = transpose(b, [0, 2, 1]); // (batch, 3, others)
  const along = [0, 1, 2].map((axis) =>
    squaredDifference(slice(a, [0, 0, axis], [-1, -1, 1]), slice(across, [0, axis, 0], [-1, 1, -1])),
  );
  return add(add(along[0]!, along[1]!), along[2]!);
}

/** The mean over the points of `x` of the squared distance to that of `y` with the index; (batch). */
function meanSquared(x: Tensor, y: Tensor, indices: Tensor): Tensor {
  const apart = sub(x, gather(reshape(y, [-1, 3]), indices)); // (batch, points, 3)
  return mul(sum(mul(apart, apart), [1, 2]), 1 / indices.shape[1]!);
}
