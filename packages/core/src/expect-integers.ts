import { GenaiError } from './error.js';

/**
 * Checks arguments that count something, where they are given: each must be an integer of at least `least`, 1 unless
 * given.
 *
 * @example
 * expectIntegers('dense(784, 2.5)', { inputs, outputs });
 * expectIntegers('conv2d', { padding }, 0);
 * @throws GenaiError that names the place, the argument and what was got.
 */
export function expectIntegers(where: string, values: { readonly [name: string]: number }, least = 1): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new GenaiError(`${where}: ${name} must be an integer of at least ${least}, got ${value}.`);
  }
}
