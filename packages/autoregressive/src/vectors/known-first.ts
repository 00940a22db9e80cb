import { GenaiError, type Key } from '@genai/core';
import { scope, uniformNoise } from '@genai/tensor';
import { add, cast, greater, type Tensor, topk } from '@tensorflow/tfjs-core';
import { broadcast, inRows } from './rows-of.js';

/**
 * The features of each row in a random order, those that are known before all others: (rows, features) of int32.
 *
 * known: (rows, features) of bool.
 */
export function knownFirst(known: Tensor, key: Key): Tensor {
  return scope(() => {
    const weight = add(uniformNoise(key, known.shape), cast(known, 'float32')); // in [1, 2) where known, below elsewhere
    return topk(weight, known.shape[1]!, true).indices;
  });
}

/**
 * Where `known`, which broadcasts to `shape`, is 1, as bool: (rows, features).
 *
 * @throws GenaiError, that names the place, if it does not broadcast.
 */
export function knownRows(where: string, known: Tensor, shape: readonly number[]): Tensor {
  if (String(broadcast(known.shape, shape)) !== String(shape)) {
    throw new GenaiError(
      `${where}: known has shape [${known.shape.join(', ')}], x has shape [${shape.join(', ')}]. ` +
        'Pass a mask that broadcasts to x, 1 where x is known.',
    );
  }
  return scope(() => greater(inRows(cast(known, 'float32'), shape.slice(0, -1), shape.at(-1)), 0.5));
}
