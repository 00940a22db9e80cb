import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from './bijector.js';
import { sequence } from './sequence.js';

/** The {@link sequence} of maps whose parameters differ, and are known to be trees. */
export function inOrder(maps: readonly unknown[]): Bijector<readonly Tree<Tensor>[]> {
  return sequence<readonly Tree<Tensor>[]>(...(maps as readonly Bijector<Tree<Tensor>>[]));
}
