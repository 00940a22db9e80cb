import { expectIntegers } from '@genai/core';
import { type BarOptions, barsOf } from './groove-consistency.js';
import { expectNotes, type Note } from './note.js';

/**
 * The share of bars, from the first beat to the last end, in which no note sounds, 0 to 1.
 *
 * @example
 * emptyBars(notes, { beatsPerBar: 3 }); // 0.05
 * @throws GenaiError if there are no notes, or `beatsPerBar` is no integer of at least 1.
 * @source Dong et al. 2018, "MuseGAN: multi-track sequential generative adversarial networks for symbolic music generation and accompaniment" (EB);
 * `empty_measure_rate` of MusPy.
 */
export function emptyBars(notes: readonly Note[], { beatsPerBar = 4 }: BarOptions = {}): number {
  expectIntegers('emptyBars', { beatsPerBar });
  expectNotes('emptyBars', notes);
  const sounds = new Uint8Array(barsOf(notes, beatsPerBar));
  for (const { start, duration } of notes) {
    const first = Math.floor(start / beatsPerBar + 1e-6);
    // Up to, but not including, its end; a note that does not last sounds where it begins.
    const end = Math.max(first + 1, Math.ceil((start + duration) / beatsPerBar - 1e-6));
    sounds.fill(1, first, end);
  }
  return sounds.filter((flag) => flag === 0).length / sounds.length;
}
