import { expectIntegers } from '@genai/core';

/**
 * A time from 0 to 1 as `count` cosines and sines of rising frequency: cos π t, cos 2π t, …, sin π t, sin 2π t, …
 *
 * @example
 * timeFrequencies(2)(0.5); // [0, −1, 1, 0]
 * @throws GenaiError if `count` is not an integer of at least 0.
 */
export function timeFrequencies(count: number): (t: number) => readonly number[] {
  expectIntegers('timeFrequencies', { count }, 0);
  const angles = Array.from({ length: count }, (_, i) => (i + 1) * Math.PI);
  return (t) => [...angles.map((angle) => Math.cos(angle * t)), ...angles.map((angle) => Math.sin(angle * t))];
}
