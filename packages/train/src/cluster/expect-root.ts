import { GenaiError } from '@genai/core';

/** @throws GenaiError unless `root` is the number of a rank. */
export function expectRoot(where: string, root: number, size: number): void {
  if (!Number.isInteger(root) || root < 0 || root >= size) {
    throw new GenaiError(`${where}: root must be the number of a rank, 0 to ${size - 1}, got ${root}.`);
  }
}
