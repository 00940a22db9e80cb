import { GenaiError } from '@genai/core';

/** Checks that a number is an integer of at least `min`. */
export function expectInteger(where: string, name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) {
    throw new GenaiError(`${where}: ${name} must be an integer of at least ${min}, got ${value}.`);
  }
}

/** Checks that every index names an example. */
export function expectIndices(where: string, indices: Uint32Array, length: number): void {
  for (const index of indices) {
    if (index >= length) {
      throw new GenaiError(`${where}: there is no example ${index}; the last of ${length} is ${length - 1}.`);
    }
  }
}
