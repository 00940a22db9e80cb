import { expectIntegers, type Layer, split } from '@genai/core';
import { type DenseParams, mlp } from '@genai/nn';
import { expectShape, scope, silu } from '@genai/tensor';
import { max, reshape, type Tensor } from '@tensorflow/tfjs-core';

/** The parameters of the net of each point, and of the net of the whole. */
export type PointNetParams = { readonly each: readonly DenseParams[]; readonly whole: readonly DenseParams[] };

/** How {@link pointNet} is made. */
export interface PointNetOptions {
  /** Numbers that come out. */
  readonly outputs: number;
  /** Of a point: 3 unless given. */
  readonly features?: number;
  /** Widths of the net that sees each point: [64, 128, 256] unless given. */
  readonly each?: readonly number[];
  /** Widths of the net that sees what the points have in common: [128] unless given. */
  readonly whole?: readonly number[];
  /** What stands between the layers: SiLU unless given. */
  readonly activation?: (x: Tensor) => Tensor;
}

/**
 * A net of a set of points that their order and number do not change: each goes through one net, the greatest of each feature is kept,
 * and another net sees those, (batch, points, features) → (batch, outputs).
 *
 * @example
 * const encoder = gaussian(pointNet({ outputs: 2 * 64 })); // q(z | cloud)
 * @throws GenaiError if a size is not an integer of at least 1; when applied, if the clouds are not (batch, points, features).
 * @source Qi et al. 2017, "PointNet: deep learning on point sets for 3D classification and segmentation", eq. 1.
 */
export function pointNet({
  outputs,
  features = 3,
  each = [64, 128, 256],
  whole = [128],
  activation = silu,
}: PointNetOptions): Layer<Tensor, PointNetParams> {
  expectIntegers('pointNet', { outputs, features });
  const ofEach = mlp([features, ...each], { activation });
  const ofAll = mlp([each.at(-1) ?? features, ...whole, outputs], { activation });
  return {
    init: (key) => {
      const [a, b] = split(key);
      return scope(() => ({ each: ofEach.init(a), whole: ofAll.init(b) }));
    },
    apply: (params, x) =>
      scope(() => {
        const [batch, points] = expectShape('pointNet', x, ['batch', 'points', features]);
        const seen = ofEach.apply(params.each, reshape(x, [batch * points, features])); // (batch · points, width)
        const greatest = max(reshape(seen, [batch, points, seen.shape[1]!]), 1); // (batch, width)
        return ofAll.apply(params.whole, greatest); // (batch, outputs)
      }),
  };
}
