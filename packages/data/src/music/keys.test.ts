import { GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { choraleNotes } from './chorale-notes.js';
import { inKey, keyOf } from './key-of.js';
import { chordPitches, leadSheet } from './lead-sheet.js';
import { keyName, scaleOf } from './music-key.js';
import { toyChorales } from './toy-chorales.js';
import { transposeChorale } from './transpose-chorale.js';

/** Greensleeves' first eight bars. */
const GREENSLEEVES = (
  [
    [69, 1],
    [72, 2],
    [74, 1],
    [76, 1.5],
    [77, 0.5],
    [76, 1],
    [74, 2],
    [71, 1],
    [67, 1.5],
    [69, 0.5],
    [71, 1],
    [72, 2],
    [69, 1],
    [69, 1.5],
    [68, 0.5],
    [69, 1],
    [71, 2],
    [68, 1],
    [64, 2],
  ] as const
).map(([pitch, duration]) => ({ pitch, duration }));

describe('goldens', () => {
  test("the correlation is numpy's", () => {
    // d = numpy.zeros(12); for p, b in notes: d[p % 12] += b
    // [(numpy.corrcoef(numpy.roll(P, t), d)[0, 1], t) for P in (major, minor) for t in range(12)]; max: 0.83665051, t = 9, minor
    const found = keyOf(GREENSLEEVES);
    expect(found).toMatchObject({ tonic: 9, mode: 'minor' });
    expect(found.correlation).toBeCloseTo(0.8366505, 6);
    expect(keyName(found)).toBe('A minor');
  });
});

describe('known answers', () => {
  test('the share in key counts time', () => {
    const minor = { tonic: 9, mode: 'minor' } as const;
    expect(inKey(GREENSLEEVES, minor)).toBe(1);
    const all = GREENSLEEVES.reduce((sum, { duration }) => sum + duration, 0);
    expect(inKey(GREENSLEEVES, { tonic: 0, mode: 'major' })).toBeCloseTo((all - 1.5) / all, 10); // two G sharps
    expect(scaleOf({ tonic: 2, mode: 'major' })).toEqual([2, 4, 6, 7, 9, 11, 1]);
  });

  test('the key moves with the music', () => {
    const { chorale } = toyChorales(key(0), 1, { chords: 24 })[0]!;
    const found = keyOf(choraleNotes(chorale));
    for (const semitones of [-5, 1, 6]) {
      const moved = keyOf(choraleNotes(transposeChorale(chorale, semitones)));
      expect(moved.mode).toBe(found.mode);
      expect(moved.tonic).toBe((found.tonic + semitones + 12) % 12);
      expect(moved.correlation).toBeCloseTo(found.correlation, 10);
    }
  });

  test('chords share their bars', () => {
    const chords = leadSheet('| C | Am F#m7b5 | % | N.C. | Bbmaj7 / G7/B . |');
    expect(chords.map(({ symbol, start, duration }) => [symbol, start, duration])).toEqual([
      ['C', 0, 4],
      ['Am', 4, 2],
      ['F#m7b5', 6, 2],
      ['Am', 8, 2],
      ['F#m7b5', 10, 2],
      ['Bbmaj7', 16, 2],
      ['G7/B', 18, 2],
    ]);
    expect(chords[1]!.pitchClasses).toEqual([9, 0, 4]);
    expect(chords[2]!.pitchClasses).toEqual([6, 9, 0, 4]);
    expect(chords[5]!.pitchClasses).toEqual([10, 2, 5, 9]);
    expect(chords[6]).toMatchObject({ root: 7, bass: 11, pitchClasses: [7, 11, 2, 5] });
    expect(leadSheet('D- G7 | CΔ', { beatsPerBar: 3 }).map(({ duration }) => duration)).toEqual([1.5, 1.5, 3]);
  });

  test('a chord in close position, the bass below', () => {
    const pitches = (symbol: string, lowest = 48): number[] => chordPitches(leadSheet(symbol)[0]!, { lowest });
    expect(pitches('C')).toEqual([48, 52, 55]);
    expect(pitches('Am')).toEqual([57, 60, 64]);
    expect(pitches('G7/B')).toEqual([59, 67, 74, 77]);
    expect(pitches('C/D')).toEqual([50, 60, 64, 67]);
    expect(pitches('C9', 60)).toEqual([60, 64, 67, 70, 74]);
  });
});

describe('properties', () => {
  test('toys stay in their key, and it is nearly always found', () => {
    const toys = toyChorales(key(9), 200);
    const right = toys.filter(({ chorale, key }) => {
      const notes = choraleNotes(chorale);
      expect(inKey(notes, key)).toBe(1);
      const found = keyOf(notes);
      return found.tonic === key.tonic && found.mode === key.mode;
    });
    expect(right.length / toys.length).toBeGreaterThan(0.85);
  });
});

describe('errors', () => {
  test('nothing to judge, and what is no chord', () => {
    for (const [f, message] of [
      [() => keyOf([]), /keyOf: there are no notes that last/],
      [() => inKey([], { tonic: 0, mode: 'major' }), /inKey: there are no notes that last/],
      [() => leadSheet('| C | H7 |'), /bar 2 has "H7", expected a chord such as/],
      [() => leadSheet('| Cfoo |'), /bar 1 has "Cfoo"/],
      [() => leadSheet('| % |'), /bar 1 has "%", expected a bar before it/],
      [() => leadSheet('| / |'), /expected a chord before it/],
      [() => leadSheet('C | | / |'), /expected a chord right before it/],
      [() => leadSheet('|'), /there is no bar/],
      [() => chordPitches(leadSheet('C')[0]!, { lowest: 99 }), /lowest must be an integer from 0 to 80/],
    ] as const) {
      expect(f).toThrow(GenaiError);
      expect(f).toThrow(message);
    }
  });
});
