import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Note } from './note.js';

export interface NotesOfOptions {
  /** Steps a beat; 4 unless given: sixteenths. */
  readonly stepsPerBeat?: number;
  /** The pitch of the first row; 21 unless given. */
  readonly lowest?: number;
  /** From where on a cell sounds; 0.5 unless given. 0 suits numbers from −1 to 1. */
  readonly threshold?: number;
}

/**
 * The notes of a piano roll, the inverse of {@link pianoRoll}: a run of steps in which a pitch sounds is one note, but where a channel
 * of onsets begins another.
 *
 * `roll` is (steps, pitches), (steps, pitches, 1), or with onsets (steps, pitches, 2). Notes are in order of their start, then pitch.
 *
 * @example
 * const bytes = encodeMidi(notesOf({ data: await roll.data(), shape: roll.shape }, { lowest: 36 }), { tempo: 90 });
 * @throws GenaiError if the numbers are not such an image, or its pitches leave 0 to 127.
 */
export function notesOf(
  roll: { readonly data: ArrayLike<number>; readonly shape: readonly number[] },
  { stepsPerBeat = 4, lowest = 21, threshold = 0.5 }: NotesOfOptions = {},
): Note[] {
  const { data, shape } = roll;
  const [steps, pitches, depth] = [shape[0]!, shape[1]!, shape[2] ?? 1];
  const right = (shape.length === 2 || shape.length === 3) && (depth === 1 || depth === 2);
  if (!right || data.length !== steps * pitches * depth) {
    throw new GenaiError(
      `notesOf: got ${data.length} numbers of shape [${shape.join(', ')}], expected (steps, pitches[, 1 or 2]).`,
    );
  }
  if (!(stepsPerBeat > 0)) throw new GenaiError(`notesOf: stepsPerBeat must be above 0, got ${stepsPerBeat}.`);
  expectInteger('notesOf', 'lowest', lowest, 0);
  if (lowest + pitches > 128) {
    throw new GenaiError(`notesOf: ${pitches} pitches from ${lowest} leave MIDI's 0 to 127. Pass another lowest.`);
  }
  const notes: Note[] = [];
  for (let row = 0; row < pitches; row++) {
    let first: number | undefined;
    const close = (end: number): void => {
      if (first !== undefined) {
        notes.push({
          pitch: lowest + row,
          start: first / stepsPerBeat,
          duration: (end - first) / stepsPerBeat,
        });
      }
      first = undefined;
    };
    for (let step = 0; step < steps; step++) {
      const cell = (step * pitches + row) * depth;
      const sounds = data[cell]! > threshold;
      if (!sounds || (depth === 2 && data[cell + 1]! > threshold)) close(step);
      if (sounds) first ??= step;
    }
    close(steps);
  }
  return notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
}
