import { expectNotes, type Note, ticks } from './note.js';

/** What {@link polyphony} found. */
export interface Polyphony {
  /** How many pitches sound on average while any does, MusPy's `polyphony`; 0 if no note lasts. */
  readonly mean: number;
  /** The share of the time, from the first beat to the last end, in which two pitches or more sound, MusPy's `polyphony_rate`. */
  readonly rate: number;
}

/**
 * How many pitches sound together. In time that runs on: on a grid that all notes keep to it is what MusPy counts step by step.
 *
 * @example
 * polyphony(chorale).mean; // about 4
 * @throws GenaiError if there are no notes.
 * @source Dong et al. 2020, "MusPy: a toolkit for symbolic music generation" (`polyphony`, `polyphony_rate`).
 */
export function polyphony(notes: readonly Note[]): Polyphony {
  expectNotes('polyphony', notes);
  const events = notes.flatMap(({ pitch, start, duration }) => [
    { at: ticks(start), pitch, by: 1 },
    { at: ticks(start + duration), pitch, by: -1 },
  ]);
  events.sort((a, b) => a.at - b.at);
  const sounding = new Map<number, number>(); // how many notes of each pitch: one pitch twice is one
  let [before, audible, several, all] = [0, 0, 0, 0];
  for (const { at, pitch, by } of events) {
    const passed = at - before;
    before = at;
    all += passed * sounding.size;
    if (sounding.size >= 1) audible += passed;
    if (sounding.size >= 2) several += passed;
    const count = (sounding.get(pitch) ?? 0) + by;
    if (count === 0) sounding.delete(pitch);
    else sounding.set(pitch, count);
  }
  return { mean: audible > 0 ? all / audible : 0, rate: before > 0 ? several / before : 0 };
}
