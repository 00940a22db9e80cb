import { split } from '@genai/core';
import { concat } from '@tensorflow/tfjs-core';
import type { Initializer } from './initializers/initializer.js';

/** Draws each gate's part of a weight `[inputs, gates · width]` by itself, with the fans of one gate. */
export function perGate(initializer: Initializer, gates: number): Initializer {
  return (key, [inputs, outputs]) =>
    concat(
      split(key, gates).map((k) => initializer(k, [inputs!, outputs! / gates])),
      1,
    ); // (inputs, gates · width)
}
