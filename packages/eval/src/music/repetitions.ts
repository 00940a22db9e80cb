import { expectIntegers } from '@genai/core';
import { expectNotes, type Note } from './note.js';

/**
 * The share of short runs of notes that occurred before in the piece, 0 to 1, by pitches in order and not by their times: how much a piece repeats itself.
 *
 * Notes that begin together stand from the lowest up. 0 if the piece is no longer than a run.
 *
 * @example
 * repetitions(notes, { length: 4 }); // 0.3
 * @throws GenaiError if there are no notes, or `length` is no integer of at least 1.
 * @source After Mogren 2016, "C-RNN-GAN: continuous recurrent neural networks with adversarial training", which counts them.
 */
export function repetitions(notes: readonly Note[], { length = 4 }: { readonly length?: number } = {}): number {
  expectIntegers('repetitions', { length });
  expectNotes('repetitions', notes);
  const pitches = [...notes].sort((a, b) => a.start - b.start || a.pitch - b.pitch).map(({ pitch }) => pitch);
  const runs = Math.max(0, pitches.length - length + 1);
  const seen = new Set<string>();
  for (let i = 0; i < runs; i++) seen.add(pitches.slice(i, i + length).join());
  return runs > 0 ? 1 - seen.size / runs : 0;
}
