import { GenaiError } from '@genai/core';
import type { Chorale } from './chorales.js';

/**
 * A chorale in another key, `semitones` higher (lower where negative); rests stay rests.
 *
 * @example
 * const augmented = train.flatMap((chorale) => [-2, -1, 0, 1, 2].map((semitones) => transposeChorale(chorale, semitones)));
 * @throws GenaiError if `semitones` is no integer, or a pitch leaves MIDI's 0 to 127.
 */
export function transposeChorale(chorale: Chorale, semitones: number): Chorale {
  if (!Number.isInteger(semitones)) {
    throw new GenaiError(`transposeChorale: semitones must be an integer, got ${semitones}.`);
  }
  return chorale.map((step) => step.map((pitch) => (pitch < 0 ? pitch : moved(pitch, semitones))));
}

function moved(pitch: number, semitones: number): number {
  const to = pitch + semitones;
  if (to >= 0 && to <= 127) return to;
  throw new GenaiError(
    `transposeChorale: ${semitones} semitones take the pitch ${pitch} to ${to}, expected 0 to 127. Transpose by less.`,
  );
}
