import { fold, type Key, randomUniform, split } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Chorale } from './chorales.js';
import type { MusicKey } from './music-key.js';

/** A chorale whose key is known; each step lists soprano, alto, tenor and bass. */
export interface ToyChorale {
  readonly chorale: Chorale;
  readonly key: MusicKey;
}

export interface ToyChoralesOptions {
  /** Chords of each; 16 unless given, at least 3. */
  readonly chords?: number;
  /** Steps that a chord lasts; 1 unless given. */
  readonly stepsPerChord?: number;
}

/**
 * Chorales by rule, to try things without a download: triads of a key that follow one another as textbooks have it, from the tonic to a
 * full cadence, in four voices that keep their ranges, do not cross, move little and avoid parallel fifths and octaves.
 *
 * The i-th is made from `fold(key, i)`.
 *
 * @example
 * const [first] = toyChorales(key(0), 100);
 * keyName(first!.key); // 'D minor'
 * @throws GenaiError if a number is out of range.
 */
export function toyChorales(
  key: Key,
  count: number,
  { chords = 16, stepsPerChord = 1 }: ToyChoralesOptions = {},
): ToyChorale[] {
  expectInteger('toyChorales', 'count', count, 0);
  expectInteger('toyChorales', 'chords', chords, 3);
  expectInteger('toyChorales', 'stepsPerChord', stepsPerChord, 1);
  return Array.from({ length: count }, (_, i) => {
    const [forKey, forChords, forVoices] = split(fold(key, i), 3);
    const [tonic, mode] = randomUniform(forKey, 2) as unknown as [number, number];
    const musicKey: MusicKey = { tonic: Math.floor(12 * tonic), mode: mode < 0.5 ? 'major' : 'minor' };
    let voices: readonly number[] | undefined;
    const chorale = progression(forChords, chords).flatMap((degree, c) => {
      voices = voicing(triad(musicKey, degree), voices, fold(forVoices, c));
      return new Array<readonly number[]>(stepsPerChord).fill(voices);
    });
    return { chorale, key: musicKey };
  });
}

/** Degrees, counted from 0, and those that may follow each. */
const FOLLOWS: readonly (readonly number[])[] = [
  [3, 4, 5, 1], // I
  [4], // ii
  [5, 3], // iii
  [4, 0, 1], // IV
  [0, 5], // V
  [1, 3, 4, 2], // vi
];

function progression(key: Key, length: number): number[] {
  const degrees = [0];
  for (const u of randomUniform(key, length - 3)) {
    const next = FOLLOWS[degrees.at(-1)!]!;
    degrees.push(next[Math.floor(u * next.length)]!);
  }
  return [...degrees, 4, 0]; // a full cadence
}

/** Pitch classes of root, third and fifth; in minor the third of V is raised. */
function triad({ tonic, mode }: MusicKey, degree: number): number[] {
  const scale = mode === 'major' ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, degree === 4 ? 11 : 10];
  return [0, 2, 4].map((third) => (tonic + scale[(degree + third) % 7]!) % 12);
}

const RANGES = [
  [60, 79],
  [55, 74],
  [48, 67],
  [40, 60],
] as const;

/** The cheapest of all ways to sing a chord after the last, noise added; the root is in the bass. */
function voicing(chord: readonly number[], last: readonly number[] = [69, 64, 57, 50], key: Key): readonly number[] {
  const [sopranos, altos, tenors] = [0, 1, 2].map((v) => pitchesOf(chord, v)) as [number[], number[], number[]];
  const basses = pitchesOf([chord[0]!], 3);
  const ways = sopranos.flatMap((s) =>
    altos
      .filter((a) => a <= s && s - a <= 12)
      .flatMap((a) =>
        tenors
          .filter((t) => t <= a && a - t <= 12)
          .flatMap((t) => basses.filter((b) => b <= t).map((b) => [s, a, t, b] as const)),
      ),
  );
  const whole = ways.filter((way) => chord.every((pitchClass) => way.some((pitch) => pitch % 12 === pitchClass)));
  const noise = randomUniform(key, whole.length);
  const costs = whole.map((way, i) => costOf(way, last) + 4 * noise[i]!);
  return whole[costs.indexOf(Math.min(...costs))]!;
}

function pitchesOf(classes: readonly number[], voice: number): number[] {
  const [low, high] = RANGES[voice]!;
  return Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((pitch) => classes.includes(pitch % 12));
}

/** Semitones moved, a standing soprano, and parallels. */
function costOf(way: readonly number[], last: readonly number[]): number {
  let cost = way[0] === last[0] ? 2 : 0;
  for (const [v, pitch] of way.entries()) {
    cost += Math.abs(pitch - last[v]!) * (v === 3 ? 0.5 : 1);
    if (pitch === last[v]) continue;
    for (let lower = v + 1; lower < 4; lower++) {
      const interval = (pitch - way[lower]!) % 12;
      if ((interval === 0 || interval === 7) && interval === (last[v]! - last[lower]!) % 12) cost += 30;
    }
  }
  return cost;
}
