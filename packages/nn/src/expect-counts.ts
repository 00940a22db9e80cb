import { GenaiError } from '@genai/core';

/** Checks the sizes a layer is made with, where it is made: each must be an integer of at least 1. */
export function expectCounts(where: string, counts: { readonly [name: string]: number }): void {
  for (const [name, count] of Object.entries(counts)) {
    if (!Number.isInteger(count) || count < 1) {
      throw new GenaiError(`${where}: ${name} must be an integer of at least 1, got ${count}.`);
    }
  }
}
