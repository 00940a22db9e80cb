import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { NamedTensor } from './named-tensor.js';
import { leafShape, type Place, put } from './place.js';

/** A leaf of the parameters, while the tensors that are parts of it come in. */
export interface GrowingLeaf {
  readonly put: (place: Place, found: NamedTensor) => void;
  /** When all parts are in: its tensors, which are the caller's, by their paths. */
  readonly done: () => { readonly [path: string]: Tensor };
}

/** A leaf of float32. */
export function floatLeaf(place: Place): GrowingLeaf {
  const shape = leafShape(place);
  const leaf = new Float32Array(shape.reduce((size, n) => size * n, 1));
  return {
    put: (part, found) => put(part, found.values(), leaf),
    done: () => ({ [place.path]: tensor(leaf, [...shape]) }),
  };
}
