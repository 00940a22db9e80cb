import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { PianoRoll } from '../midi/piano-roll.js';
import type { Chorale } from './chorales.js';

export interface ChoraleFramesOptions {
  /** The pitch of the first column; 21 unless given, the lowest key of a piano. */
  readonly lowest?: number;
  /** How many pitches there are; 88 unless given, the keys of a piano. */
  readonly notes?: number;
}

/**
 * A chorale as a piano roll (steps, notes): 1 where a pitch sounds. {@link notesOf} reads it back.
 *
 * @example
 * const roll = choraleFrames(train[0]!); // { data, shape: [steps, 88] }
 * const song = encodeMidi(notesOf(roll, { stepsPerBeat: 1 }));
 * @throws GenaiError if an option is out of range, the chorale has no step, or a pitch has no column.
 * @source Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", section 6.
 */
export function choraleFrames(chorale: Chorale, { lowest = 21, notes = 88 }: ChoraleFramesOptions = {}): PianoRoll {
  expectInteger('choraleFrames', 'lowest', lowest, 0);
  expectInteger('choraleFrames', 'notes', notes, 1);
  if (chorale.length === 0) throw new GenaiError('choraleFrames: the chorale has no step, expected at least one.');
  const data = new Float32Array(chorale.length * notes);
  for (const [step, pitches] of chorale.entries()) {
    for (const pitch of pitches) {
      if (pitch < 0) continue; // a voice that rests
      const column = pitch - lowest;
      if (column < 0 || column >= notes) {
        throw new GenaiError(
          `choraleFrames: step ${step} has the pitch ${pitch}, expected ${lowest} to ${lowest + notes - 1}. Widen lowest and notes, or transpose.`,
        );
      }
      data[step * notes + column] = 1;
    }
  }
  return { data, shape: [chorale.length, notes] };
}
