/** The digits of the laboratory: those that it learns, and those that are held back. */

import { GenaiError } from '@genai/core';
import { type Dataset, fromArrays } from '@genai/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { CLASSES, HELD, SIDE } from './sizes.js';

const PIXELS = SIDE * SIDE;

export interface Digits {
  readonly learnt: Dataset<Tensor>;
  readonly held: Dataset<Tensor>;
}

/** Fetches the digits of this site. */
export async function fetchDigits(): Promise<Digits> {
  // Vite puts the base of the site here, in workers too.
  const { BASE_URL } = (import.meta as unknown as { readonly env: { readonly BASE_URL: string } }).env;
  const response = await fetch(new URL(`${BASE_URL}digits.bin`, self.location.origin));
  if (!response.ok) throw new GenaiError(`The digits could not be fetched: ${response.status} for ${response.url}.`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const from = bytes.length - HELD * PIXELS;
  const dataset = (part: Uint8Array) => fromArrays({ data: part, shape: [part.length / PIXELS, PIXELS] });
  return { learnt: dataset(bytes.subarray(0, from)), held: dataset(bytes.subarray(from)) };
}

/** Where the digits of one class stand among those held back. */
export function heldOf(digit: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => digit + CLASSES * i);
}
