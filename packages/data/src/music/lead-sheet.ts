import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';

/** A chord and when it sounds, in beats. */
export interface Chord {
  /** As it was written, `'Am7/G'`. */
  readonly symbol: string;
  /** The pitch class of its root, 0 to 11: C is 0. */
  readonly root: number;
  /** The pitch class of its lowest note: the root, unless another stands after a slash. */
  readonly bass: number;
  /** The pitch classes of its notes from the root up; a bass that is none of them is not among them. */
  readonly pitchClasses: readonly number[];
  readonly start: number;
  readonly duration: number;
}

/**
 * Reads the chords of a lead sheet: bars between `|`, whose chords share the beats evenly.
 *
 * `%` repeats the bar before, `/` or `.` lets the chord before go on, `N.C.` or an empty bar is silence. A chord is a letter, `#` or
 * `b`, a quality (`m`, `7`, `maj7`, `m7`, `dim`, `m7b5`, `aug`, `sus4`, `6`, `9`, `add9`, … and `-`, `Δ`, `°`, `ø`, `+`), and a bass
 * after a slash.
 *
 * @example
 * const chords = leadSheet('| C | Am F | G7 |'); // C for 4 beats, Am and F for 2 each, G7 for 4
 * @throws GenaiError that names the bar if it holds what is no chord, if there is no bar, or if `beatsPerBar` is no integer of at least 1.
 */
export function leadSheet(text: string, { beatsPerBar = 4 }: { readonly beatsPerBar?: number } = {}): Chord[] {
  expectInteger('leadSheet', 'beatsPerBar', beatsPerBar, 1);
  const chords: Chord[] = [];
  let last: readonly string[] | undefined;
  for (const [i, bar] of barsOf(text).entries()) {
    const written: readonly string[] =
      bar.length === 1 && bar[0] === '%' ? (last ?? fail(i, '%', 'a bar before it')) : bar;
    last = written;
    const duration = beatsPerBar / written.length;
    for (const [j, symbol] of written.entries()) {
      const start = i * beatsPerBar + j * duration;
      if (symbol === '/' || symbol === '.') {
        const before = chords.at(-1) ?? fail(i, symbol, 'a chord before it');
        if (before.start + before.duration < start) fail(i, symbol, 'a chord right before it');
        chords[chords.length - 1] = { ...before, duration: start + duration - before.start };
      } else if (symbol !== 'N.C.') chords.push({ ...chordOf(symbol, i), start, duration });
    }
  }
  return chords;
}

/**
 * A chord in close position: its notes from the root up, the bass below, as pitches at or above `lowest` (48 unless given).
 *
 * @example
 * const notes = leadSheet('| C | G7/B |').flatMap((chord) =>
 *   chordPitches(chord).map((pitch) => ({ pitch, start: chord.start, duration: chord.duration })),
 * );
 * @throws GenaiError if `lowest` is no integer from 0 to 80.
 */
export function chordPitches(
  { bass, root, pitchClasses }: Pick<Chord, 'bass' | 'root' | 'pitchClasses'>,
  { lowest = 48 }: { readonly lowest?: number } = {},
): number[] {
  if (!Number.isInteger(lowest) || lowest < 0 || lowest > 80) {
    throw new GenaiError(`chordPitches: lowest must be an integer from 0 to 80, got ${lowest}.`);
  }
  const bottom = above(bass, lowest);
  const upper = pitchClasses.filter((pitchClass) => pitchClass !== bass || bass === root);
  const pitches = bass === root ? [] : [bottom];
  let last = bottom - 1;
  for (const pitchClass of upper) {
    last = above(pitchClass, last + 1);
    pitches.push(last);
  }
  return pitches;
}

/** The symbols of each bar; one without any is silence. */
function barsOf(text: string): string[][] {
  const parts = text.split('|').map((bar) => bar.trim());
  const bars = parts.slice(parts[0] === '' ? 1 : 0, parts.at(-1) === '' ? -1 : undefined);
  if (bars.length === 0) throw new GenaiError('leadSheet: there is no bar, expected such as "| C | Am F | G7 |".');
  return bars.map((bar) => (bar === '' ? ['N.C.'] : bar.split(/\s+/)));
}

function chordOf(symbol: string, bar: number): Omit<Chord, 'start' | 'duration'> {
  const [, name, quality, below] = /^([A-G][#♯b♭]?)(.*?)(?:\/([A-G][#♯b♭]?))?$/u.exec(symbol) ?? [];
  const intervals = QUALITIES.find(({ names }) => names.includes(quality ?? 'none'))?.intervals;
  if (name === undefined || !intervals) return fail(bar, symbol, 'a chord such as C, F#m7, Bbmaj7 or G7/B');
  const root = classOf(name);
  return {
    symbol,
    root,
    bass: below === undefined ? root : classOf(below),
    pitchClasses: intervals.map((interval) => (root + interval) % 12),
  };
}

function classOf(name: string): number {
  const natural = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 }[name[0]!]!;
  const moved = name[1] === undefined ? 0 : '#♯'.includes(name[1]) ? 1 : -1;
  return (natural + moved + 12) % 12;
}

/** The lowest pitch of a class at or above another. */
function above(pitchClass: number, lowest: number): number {
  return lowest + ((((pitchClass - lowest) % 12) + 12) % 12);
}

function fail(bar: number, symbol: string, expected: string): never {
  throw new GenaiError(`leadSheet: bar ${bar + 1} has ${JSON.stringify(symbol)}, expected ${expected}.`);
}

/** How a quality may be written, and its semitones above the root. */
const QUALITIES: readonly { readonly names: readonly string[]; readonly intervals: readonly number[] }[] = [
  { names: ['', 'maj', 'M'], intervals: [0, 4, 7] },
  { names: ['m', 'min', '-'], intervals: [0, 3, 7] },
  { names: ['dim', '°', 'o'], intervals: [0, 3, 6] },
  { names: ['aug', '+'], intervals: [0, 4, 8] },
  { names: ['sus2'], intervals: [0, 2, 7] },
  { names: ['sus4', 'sus'], intervals: [0, 5, 7] },
  { names: ['5'], intervals: [0, 7] },
  { names: ['6'], intervals: [0, 4, 7, 9] },
  { names: ['m6', 'min6', '-6'], intervals: [0, 3, 7, 9] },
  { names: ['7'], intervals: [0, 4, 7, 10] },
  { names: ['maj7', 'M7', 'Δ', 'Δ7'], intervals: [0, 4, 7, 11] },
  { names: ['m7', 'min7', '-7'], intervals: [0, 3, 7, 10] },
  { names: ['mM7', 'm(maj7)'], intervals: [0, 3, 7, 11] },
  { names: ['dim7', '°7', 'o7'], intervals: [0, 3, 6, 9] },
  { names: ['m7b5', 'm7♭5', 'ø', 'ø7'], intervals: [0, 3, 6, 10] },
  { names: ['aug7', '+7', '7#5', '7♯5'], intervals: [0, 4, 8, 10] },
  { names: ['7sus4', '7sus'], intervals: [0, 5, 7, 10] },
  { names: ['7b9', '7♭9'], intervals: [0, 4, 7, 10, 1] },
  { names: ['add9'], intervals: [0, 4, 7, 2] },
  { names: ['9'], intervals: [0, 4, 7, 10, 2] },
  { names: ['maj9', 'M9', 'Δ9'], intervals: [0, 4, 7, 11, 2] },
  { names: ['m9', 'min9', '-9'], intervals: [0, 3, 7, 10, 2] },
  { names: ['11'], intervals: [0, 4, 7, 10, 2, 5] },
  { names: ['13'], intervals: [0, 4, 7, 10, 2, 9] },
];
