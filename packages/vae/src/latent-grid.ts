import { expectIntegers, GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { reshape, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { VaeWithMeans } from './reconstruct.js';

export interface LatentGridOptions {
  /** Rows of the grid; 10 unless given. */
  readonly rows?: number;
  /** Columns of the grid; as many as rows unless given. */
  readonly columns?: number;
  /** The features of z that vary down and across; the first two unless given. */
  readonly axes?: readonly [down: number, across: number];
  /** The grid spans −limit … limit on both axes; 2 unless given. */
  readonly limit?: number;
  /** Where the other features stand, a number per latent feature; all 0 unless given. */
  readonly origin?: readonly number[];
}

/**
 * E[x | z] over a plane through the latent space, shape (rows, columns, …event): what two features of z mean.
 *
 * @example
 * using plane = owned(latentGrid(digits, params, { rows: 12, axes: [3, 7] })); // (12, 12, 784)
 * @throws GenaiError if z is not a vector, or an axis or the origin does not fit it.
 * @source Kingma and Welling 2014, appendix A, figure 4 (evenly spaced here).
 */
export function latentGrid<P>(
  model: Pick<VaeWithMeans<P>, 'decode' | 'prior'>,
  params: P,
  { rows = 10, columns = rows, axes = [0, 1], limit = 2, origin }: LatentGridOptions = {},
): Tensor {
  expectIntegers('latentGrid', { rows, columns });
  return scope(() => {
    const shape = model.prior(params).eventShape;
    const [latents] = shape;
    if (shape.length !== 1 || latents === undefined) {
      throw new GenaiError(`latentGrid: z has shape [${shape}], expected a vector [latents].`);
    }
    if (!axes.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < latents) || axes[0] === axes[1]) {
      throw new GenaiError(`latentGrid: axes must be two different features from 0 to ${latents - 1}, got [${axes}].`);
    }
    if (origin && origin.length !== latents) {
      throw new GenaiError(
        `latentGrid: origin has ${origin.length} numbers, expected ${latents}, one a latent feature.`,
      );
    }
    const points = new Float32Array(rows * columns * latents);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const at = (row * columns + column) * latents;
        if (origin) points.set(origin, at);
        points[at + axes[0]] = place(row, rows, limit);
        points[at + axes[1]] = place(column, columns, limit);
      }
    }
    const x = model.decode(params, tensor(points, [rows * columns, latents])).mean();
    return reshape(x, [rows, columns, ...x.shape.slice(1)]);
  });
}

const place = (i: number, count: number, limit: number): number =>
  count === 1 ? 0 : limit * ((2 * i) / (count - 1) - 1);
