import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Note } from '../midi/note.js';
import { notesOf } from '../midi/notes-of.js';
import type { Chorale } from './chorales.js';

export interface ChoraleNotesOptions {
  /** Steps a beat; 4 unless given: sixteenths. 1 for chorales of quarter notes. */
  readonly stepsPerBeat?: number;
  /** Strikes what is held again at every step that is a multiple of this; held to its end unless given. */
  readonly restrike?: number;
}

/**
 * The notes of a chorale, in order of their start, then pitch: a pitch that stays is one note.
 *
 * @example
 * await writeFile('chorale.mid', encodeMidi(choraleNotes(train[0]!), { tempo: 80, program: 19 })); // on an organ
 * @throws GenaiError if an option is out of range, the chorale has no step, or a pitch is above 127.
 */
export function choraleNotes(chorale: Chorale, { stepsPerBeat = 4, restrike }: ChoraleNotesOptions = {}): Note[] {
  expectOptions('choraleNotes', stepsPerBeat, restrike);
  if (chorale.length === 0) throw new GenaiError('choraleNotes: the chorale has no step, expected at least one.');
  const data = new Uint8Array(chorale.length * 128 * 2); // (steps, pitches, sounds and begins)
  for (const [t, step] of chorale.entries()) {
    for (const pitch of step) {
      if (pitch < 0) continue;
      if (pitch > 127) throw new GenaiError(`choraleNotes: step ${t} has the pitch ${pitch}, expected at most 127.`);
      data[(t * 128 + pitch) * 2] = 1;
      if (restrike && t % restrike === 0) data[(t * 128 + pitch) * 2 + 1] = 1;
    }
  }
  return notesOf({ data, shape: [chorale.length, 128, 2] }, { stepsPerBeat, lowest: 0 });
}

/** Checks what {@link choraleNotes} and {@link voiceNotes} are told. */
export function expectOptions(where: string, stepsPerBeat: number, restrike: number | undefined): void {
  if (!(stepsPerBeat > 0)) throw new GenaiError(`${where}: stepsPerBeat must be above 0, got ${stepsPerBeat}.`);
  if (restrike !== undefined) expectInteger(where, 'restrike', restrike, 1);
}
