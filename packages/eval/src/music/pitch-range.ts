import { classOf, expectNotes, type Note } from './note.js';

/** What {@link pitchRange} found. */
export interface PitchRange {
  readonly lowest: number;
  readonly highest: number;
  /** How many semitones lie between: C-RNN-GAN's tone span, MusPy's `pitch_range`. */
  readonly span: number;
  /** How many pitches occur, MusPy's `n_pitches_used`. */
  readonly pitches: number;
  /** How many of the twelve pitch classes, MusPy's `n_pitch_classes_used`. */
  readonly classes: number;
}

/**
 * From which pitch to which a piece goes, and how many it uses.
 *
 * @example
 * const { span, pitches } = pitchRange(notes);
 * @throws GenaiError if there are no notes.
 * @source Mogren 2016, "C-RNN-GAN: continuous recurrent neural networks with adversarial training" (tone span).
 */
export function pitchRange(notes: readonly Note[]): PitchRange {
  expectNotes('pitchRange', notes);
  const pitches = [...new Set(notes.map(({ pitch }) => pitch))].sort((a, b) => a - b);
  const [lowest, highest] = [pitches[0]!, pitches.at(-1)!];
  return {
    lowest,
    highest,
    span: highest - lowest,
    pitches: pitches.length,
    classes: new Set(pitches.map(classOf)).size,
  };
}
