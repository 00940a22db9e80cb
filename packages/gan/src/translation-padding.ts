import { GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Images with `padding` pixels more at each side, which mirror those inside (the edge itself is not repeated): (batch,
 * height, width, channels) → (batch, height + 2 · padding, width + 2 · padding, channels).
 *
 * Made of slices, which have derivatives of every order on every engine; TensorFlow.js's own has none.
 *
 * @throws GenaiError if a side is not larger than the padding.
 */
export function mirrored(where: string, x: Tensor, padding: number): Tensor {
  const [, height, width] = expectShape(where, x, ['batch', 'height', 'width', 'channels']);
  if (Math.min(height, width) <= padding) {
    throw new GenaiError(
      `${where}: got images of ${height} × ${width}, expected more than ${padding} pixels a side. Enlarge them.`,
    );
  }
  return scope(() => along(along(x, 1, padding), 2, padding));
}

function along(x: Tensor, axis: 1 | 2, padding: number): Tensor {
  const size = x.shape[axis]!;
  const line = (at: number): Tensor => {
    const [begin, extent] = [[0, 0, 0, 0], [...x.shape]];
    begin[axis] = at;
    extent[axis] = 1;
    return slice(x, begin, extent);
  };
  const before = Array.from({ length: padding }, (_, i) => line(padding - i));
  const after = Array.from({ length: padding }, (_, i) => line(size - 2 - i));
  return concat([...before, x, ...after], axis);
}
