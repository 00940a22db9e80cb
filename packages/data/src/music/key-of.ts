import { GenaiError } from '@genai/core';
import type { Note } from '../midi/note.js';
import { type MusicKey, scaleOf } from './music-key.js';

/** What matters of a note here. */
export type Sounding = Pick<Note, 'pitch' | 'duration'>;

/** A key found, and how well it fits: the correlation with its profile, −1 to 1. */
export interface FoundKey extends MusicKey {
  readonly correlation: number;
}

/**
 * The key that notes are in, by Krumhansl and Schmuckler's algorithm: the time that each pitch class sounds is correlated with what
 * listeners expect in each of the 24 keys.
 *
 * @example
 * const prompt = choraleNotes(chorale.slice(0, 16));
 * keyName(keyOf(prompt)); // 'G major'
 * @throws GenaiError if there are no notes that last.
 * @source Krumhansl 1990, "Cognitive foundations of musical pitch", chapter 4; profiles: Krumhansl and Kessler 1982.
 */
export function keyOf(notes: Iterable<Sounding>): FoundKey {
  const durations = new Float64Array(12);
  for (const { pitch, duration } of notes) durations[classOf(pitch)]! += duration;
  if (!durations.some((duration) => duration > 0)) {
    throw new GenaiError('keyOf: there are no notes that last, expected at least one of a duration above 0.');
  }
  let best: FoundKey | undefined;
  for (const [mode, profile] of Object.entries(PROFILES) as [MusicKey['mode'], readonly number[]][]) {
    for (let tonic = 0; tonic < 12; tonic++) {
      const fromTonic = profile.map((_, degree) => durations[(tonic + degree) % 12]!);
      const found = { tonic, mode, correlation: correlation(fromTonic, profile) };
      if (!best || found.correlation > best.correlation) best = found;
    }
  }
  return best!;
}

/**
 * The share of the time that notes sound which belongs to notes of a key's scale, 0 to 1: whether a melody was continued in key.
 *
 * @example
 * inKey(continued, keyOf(prompt)); // 0.97
 * @throws GenaiError if there are no notes that last.
 */
export function inKey(notes: Iterable<Sounding>, key: MusicKey): number {
  const scale = new Set(scaleOf(key));
  let [inside, all] = [0, 0];
  for (const { pitch, duration } of notes) {
    all += duration;
    if (scale.has(classOf(pitch))) inside += duration;
  }
  if (all > 0) return inside / all;
  throw new GenaiError('inKey: there are no notes that last, expected at least one of a duration above 0.');
}

/** Ratings of how well the twelve degrees, from the tonic up in semitones, fit a key. */
const PROFILES = {
  major: [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
  minor: [6.33, 2.68, 3.52, 5.38, 2.6, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
};

function classOf(pitch: number): number {
  return ((pitch % 12) + 12) % 12;
}

/** Pearson's; 0 where one of the two does not vary. */
function correlation(x: readonly number[], y: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const [mx, my] = [mean(x), mean(y)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [i, value] of x.entries()) {
    xy += (value - mx) * (y[i]! - my);
    xx += (value - mx) ** 2;
    yy += (y[i]! - my) ** 2;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
}
