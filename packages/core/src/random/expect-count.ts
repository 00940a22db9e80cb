import { GenaiError } from '../error.js';

/** Checks a number of draws. A typed array holds fewer than 2³² of them, so the high word of a counter is always 0. */
export function expectCount(where: string, count: number): void {
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** 32) {
    throw new GenaiError(`${where}: count must be an integer from 0 to 2^32 - 1, got ${count}.`);
  }
}
