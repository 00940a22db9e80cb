import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Note } from './note.js';

/** Notes as an image: 1 where a pitch sounds, 0 elsewhere. */
export interface PianoRoll {
  readonly data: Float32Array;
  /** (steps, pitches), the lowest pitch first; with onsets (steps, pitches, 2). */
  readonly shape: readonly number[];
}

export interface PianoRollOptions {
  /** Columns of the image a beat; 4 unless given: sixteenths. */
  readonly stepsPerBeat?: number;
  /** The lowest and the highest pitch, both in the image; 21 and 108 unless given, the keys of a piano. */
  readonly lowest?: number;
  readonly highest?: number;
  /** How many steps there are; as many as the notes need unless given. */
  readonly steps?: number;
  /** The step that the image begins with; 0 unless given. */
  readonly from?: number;
  /** Whether a second channel marks the steps where notes begin, so that one struck again is not one held. Default `false`. */
  readonly onsets?: boolean;
}

/**
 * Notes as a piano roll: what sounds at each step. Times are rounded to steps, each note has at least one; notes of other pitches
 * are left out, and what reaches beyond the image is cut off.
 *
 * @example
 * const roll = pianoRoll(notes, { stepsPerBeat: 4, lowest: 36, highest: 83, steps: 32 }); // (32, 48)
 * const dataset = fromArrays({ data: roll.data, shape: [1, 32, 48, 1] });
 * @throws GenaiError if a number is out of range.
 * @source Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", section 6.
 */
export function pianoRoll(
  notes: readonly Note[],
  { stepsPerBeat = 4, lowest = 21, highest = 108, steps, from = 0, onsets = false }: PianoRollOptions = {},
): PianoRoll {
  expectInteger('pianoRoll', 'lowest', lowest, 0);
  expectInteger('pianoRoll', 'highest', highest, lowest);
  expectInteger('pianoRoll', 'from', from, 0);
  if (!(stepsPerBeat > 0)) throw new GenaiError(`pianoRoll: stepsPerBeat must be above 0, got ${stepsPerBeat}.`);
  const sounding = notes.map(({ pitch, start, duration }) => {
    const first = Math.round(start * stepsPerBeat) - from;
    return { pitch, first, end: Math.max(first + 1, Math.round((start + duration) * stepsPerBeat) - from) };
  });
  const count = steps ?? sounding.reduce((most, { end }) => Math.max(most, end), 1);
  expectInteger('pianoRoll', 'steps', count, 1);
  const pitches = highest - lowest + 1;
  const depth = onsets ? 2 : 1;
  if (count * pitches * depth > MOST_CELLS) {
    throw new GenaiError(
      `pianoRoll: ${count} steps of ${pitches} pitches are more than ${MOST_CELLS} cells. Pass steps and from, a part at a time.`,
    );
  }
  const data = new Float32Array(count * pitches * depth);
  for (const { pitch, first, end } of sounding) {
    if (pitch < lowest || pitch > highest) continue;
    for (let step = Math.max(0, first); step < Math.min(end, count); step++) {
      const cell = (step * pitches + pitch - lowest) * depth;
      data[cell] = 1;
      if (onsets && step === first) data[cell + 1] = 1;
    }
  }
  return { data, shape: onsets ? [count, pitches, 2] : [count, pitches] };
}

/** 256 MB; a hostile file may have a note after years. */
const MOST_CELLS = 2 ** 26;
