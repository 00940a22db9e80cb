import { GenaiError, mapLeaves, type Tree } from '@genai/core';
import { slice, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Rows `part · rows / count` and following of every leaf of the batch.
 *
 * @throws GenaiError, which begins with `where`, if the rows do not divide into `count` equal parts.
 */
export function partOf<B>(where: string, batch: B, part: number, count: number): B {
  return mapLeaves<Tensor, Tree<Tensor>>(batch as Tree<Tensor>, (leaf, path) => {
    const rows = leaf.shape[0] ?? 0;
    if (rows === 0 || rows % count) {
      throw new GenaiError(
        `${where}: a batch of shape [${leaf.shape.join(', ')}]${path && ` at "${path}"`} cannot be split along axis 0 ` +
          `into ${count} equal parts. Choose a batch size that ${count} divides.`,
      );
    }
    return slice(leaf, [(part * rows) / count], [rows / count]);
  }) as B;
}
