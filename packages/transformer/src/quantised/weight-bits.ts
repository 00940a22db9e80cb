import { GenaiError } from '@genai/core';
import type { QuantisedBits } from '@genai/tensor';
import { isProjection, TABLE } from './map-projections.js';

/** In how many bits the weights of a model that is read are held, as `quantised` does. */
export interface WeightBits {
  /**
   * At most, of each weight of the large maps and, unless `tableBits` says otherwise, of the embedding: 16, 8 or 4. Each tensor is
   * quantised as it is read, so that the model is never whole in float32. Default: all of it is float32.
   */
  readonly bits?: QuantisedBits;
  /** The same of the embedding's table; 32 leaves it in float32. Default: `bits`. */
  readonly tableBits?: QuantisedBits | 32;
}

/**
 * The bits that the leaf at each path is to have.
 *
 * @throws GenaiError if they are other numbers.
 */
export function weightBits(
  where: string,
  { bits, tableBits = bits }: WeightBits,
): (path: string) => QuantisedBits | 32 {
  for (const [name, given] of Object.entries({ bits, tableBits })) {
    const known: readonly unknown[] = name === 'bits' ? [undefined, 16, 8, 4] : [undefined, 32, 16, 8, 4];
    if (known.includes(given)) continue;
    const floats = name === 'bits' ? 'leave it out for float32' : '32 is float32';
    throw new GenaiError(`${where}: ${name} is ${JSON.stringify(given)}, expected 16, 8 or 4; ${floats}.`);
  }
  return (path) => (path === TABLE ? tableBits : isProjection(path) ? bits : undefined) ?? 32;
}
