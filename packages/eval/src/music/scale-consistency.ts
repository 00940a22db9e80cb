import { classOf, expectNotes, type Note } from './note.js';

/**
 * The greatest share of notes that one scale holds, over the major and natural minor scales of all twelve tonics: 1 is a piece in key, about 0.58 one of
 * all keys alike.
 *
 * @example
 * scaleConsistency(notes); // 0.94
 * @throws GenaiError if there are no notes.
 * @source Mogren 2016, "C-RNN-GAN: continuous recurrent neural networks with adversarial training"; `scale_consistency` of MusPy.
 */
export function scaleConsistency(notes: readonly Note[]): number {
  expectNotes('scaleConsistency', notes);
  // A natural minor scale is the major one from its third degree: twelve scales are all.
  const inScale = Array.from(
    { length: 12 },
    (_, tonic) => notes.filter(({ pitch }) => MAJOR.has(classOf(pitch - tonic))).length,
  );
  return Math.max(...inScale) / notes.length;
}

/** Semitones above the tonic. */
const MAJOR: ReadonlySet<number> = new Set([0, 2, 4, 5, 7, 9, 11]);
