import { nearestBin, shares } from './histogram-shares.js';
import { expectNotes, type Note, ticks } from './note.js';

export interface RhythmHistogramOptions {
  /** What is told apart, in beats; each time counts where it is nearest. {@link NOTE_LENGTHS} unless given. */
  readonly bins?: readonly number[];
}

/**
 * How often notes last a sixteenth, an eighth and so on, as shares that add up to 1, one for each bin.
 *
 * @example
 * noteLengthHistogram(notes, { bins: [0.5, 1, 2] }); // [0.6, 0.3, 0.1]
 * @throws GenaiError if there are no notes.
 * @source Yang and Lerch 2020, "On the evaluation of generative models in music" (NLH).
 */
export function noteLengthHistogram(
  notes: readonly Note[],
  { bins = NOTE_LENGTHS }: RhythmHistogramOptions = {},
): Float64Array {
  expectNotes('noteLengthHistogram', notes);
  return histogram(
    'noteLengthHistogram',
    notes.map(({ duration }) => duration),
    bins,
  );
}

/**
 * How often so much time lies from one beginning of notes to the next, as shares that add up to 1, one for each bin. What begins together counts once.
 *
 * @example
 * interOnsetHistogram(notes); // how it is with sixteenths, eighths, …
 * @throws GenaiError unless notes begin at two times at least.
 * @source Yang and Lerch 2020, "On the evaluation of generative models in music" (IOI).
 */
export function interOnsetHistogram(
  notes: readonly Note[],
  { bins = NOTE_LENGTHS }: RhythmHistogramOptions = {},
): Float64Array {
  expectNotes('interOnsetHistogram', notes);
  const onsets = [...new Map(notes.map(({ start }) => [ticks(start), start])).values()].sort((a, b) => a - b);
  return histogram(
    'interOnsetHistogram',
    onsets.slice(1).map((onset, i) => onset - onsets[i]!),
    bins,
  );
}

/** Sixteenth, eighth, quarter, half and whole with their triplets and dots, in beats of a quarter. */
export const NOTE_LENGTHS: readonly number[] = [1 / 6, 0.25, 1 / 3, 0.375, 0.5, 2 / 3, 0.75, 1, 4 / 3, 1.5, 2, 3, 4];

function histogram(where: string, times: readonly number[], bins: readonly number[]): Float64Array {
  const counts = new Float64Array(bins.length);
  for (const time of times) counts[nearestBin(bins, time)]!++;
  return shares(where, counts);
}
