import { expectIntegers, GenaiError, type NoParams } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { reshape, type Tensor, transpose, zeros } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';

/**
 * Squares of pixels become channels, `factor` × `factor` (2 unless given) of them: (batch, 2 · height, 2 · width, channels) →
 * (batch, height, width, 4 · channels).
 *
 * The four pixels of a channel lie side by side, row by row: channel c of the pixel (i, j) of a square becomes 4c + 2i + j.
 *
 * @example
 * const halved = squeeze(); // (batch, 28, 28, 1) → (batch, 14, 14, 4)
 * @throws GenaiError if `factor` is not an integer of at least 2; when used, if it does not divide height and width, or its
 * square the channels of noise.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", section 3.6.
 */
export function squeeze(factor = 2): Bijector<NoParams> {
  const where = 'squeeze';
  expectIntegers(where, { factor }, 2);
  const before = ([height, width, channels]: readonly number[]): readonly number[] => {
    if (channels! % factor ** 2 !== 0) {
      throw new GenaiError(`${where}: got ${channels} channels of noise, expected a multiple of ${factor ** 2}.`);
    }
    return [height! * factor, width! * factor, channels! / factor ** 2];
  };
  return {
    init: () => ({}),
    forward: (_params, x) => {
      const [batch, height, width, channels] = expectShape(where, x, ['batch', 'height', 'width', 'channels']);
      if (height % factor !== 0 || width % factor !== 0) {
        throw new GenaiError(`${where}: got images of ${height} × ${width}, expected multiples of ${factor}.`);
      }
      const [rows, columns] = [height / factor, width / factor];
      return scope(() => {
        const squares = reshape(x, [batch, rows, factor, columns, factor, channels]);
        const y = reshape(transpose(squares, [0, 1, 3, 5, 2, 4]), [batch, rows, columns, channels * factor ** 2]);
        return { y, logDet: zeros([batch]) };
      });
    },
    inverse: (_params, y) => {
      const [batch, rows, columns, deep] = expectShape(where, y, ['batch', 'height', 'width', 'channels']);
      const [height, width, channels] = before([rows, columns, deep]);
      return scope(() => {
        const squares = reshape(y, [batch, rows, columns, channels!, factor, factor]);
        const x = reshape(transpose(squares, [0, 1, 4, 2, 5, 3]), [batch, height!, width!, channels!]);
        return { x, logDet: zeros([batch]) as Tensor };
      });
    },
    eventBefore: before,
  };
}
