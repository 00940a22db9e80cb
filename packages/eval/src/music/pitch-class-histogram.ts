import { shares } from './histogram-shares.js';
import { classOf, expectNotes, type Note } from './note.js';

/**
 * How often each of the twelve pitch classes occurs, C first, as shares that add up to 1.
 *
 * Each note counts once, or with `byDuration` as long as it sounds.
 *
 * @example
 * pitchClassHistogram(decodeMidi(bytes).notes); // [0.2, 0, 0.15, …]
 * @throws GenaiError if there are no notes, or by duration none that lasts.
 * @source Tzanetakis et al. 2003, "Pitch histograms in audio and symbolic music information retrieval"; Yang and Lerch 2020, "On the evaluation of generative
 * models in music" (PCH).
 */
export function pitchClassHistogram(
  notes: readonly Note[],
  { byDuration = false }: { readonly byDuration?: boolean } = {},
): Float64Array {
  expectNotes('pitchClassHistogram', notes);
  const counts = new Float64Array(12);
  for (const { pitch, duration } of notes) counts[classOf(pitch)]! += byDuration ? duration : 1;
  return shares('pitchClassHistogram', counts);
}
