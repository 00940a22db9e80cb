import { key, randomIntegers, randomNormal, randomUniform } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { densityOverlap } from './density-overlap.js';
import { emptyBars } from './empty-bars.js';
import { featureOverlap } from './feature-overlap.js';
import { grooveConsistency } from './groove-consistency.js';
import { histogramOverlap } from './histogram-overlap.js';
import type { Note } from './note.js';
import { pitchClassHistogram } from './pitch-class-histogram.js';
import { pitchRange } from './pitch-range.js';
import { polyphony } from './polyphony.js';
import { repetitions } from './repetitions.js';
import { interOnsetHistogram, noteLengthHistogram } from './rhythm-histograms.js';
import { scaleConsistency } from './scale-consistency.js';

const note = (pitch: number, start: number, duration = 1): Note => ({ pitch, start, duration });

/** One after the other, a beat each. */
const melody = (...pitches: number[]): Note[] => pitches.map((pitch, i) => note(pitch, i));

describe('pitches: known answers', () => {
  test('pitchClassHistogram counts notes, or how long they sound', () => {
    const notes = [note(60, 0, 1), note(72, 1, 2), note(67, 3, 5), note(64, 0, 0)];
    expectClose(pitchClassHistogram(notes), [0.5, 0, 0, 0, 0.25, 0, 0, 0.25, 0, 0, 0, 0]);
    expectClose(pitchClassHistogram(notes, { byDuration: true }), [3 / 8, 0, 0, 0, 0, 0, 0, 5 / 8, 0, 0, 0, 0]);
  });

  test('scaleConsistency: major and minor scales are 1, one note out of seven costs its share, all twelve leave seven', () => {
    expect(scaleConsistency(melody(62, 64, 66, 67, 69, 71, 73))).toBe(1); // D major
    expect(scaleConsistency(melody(69, 71, 72, 74, 76, 77, 79))).toBe(1); // A minor
    expect(scaleConsistency(melody(60, 62, 64, 65, 67, 69, 71, 61))).toBe(7 / 8);
    expect(scaleConsistency(melody(...Array.from({ length: 12 }, (_, i) => 48 + i)))).toBe(7 / 12);
  });

  test('pitchRange', () => {
    const found = pitchRange(melody(60, 72, 60, 55, 64));
    expect(found).toEqual({ lowest: 55, highest: 72, span: 17, pitches: 4, classes: 3 });
  });

  test('repetitions: of runs of three', () => {
    // 60 62 64 | 62 64 60 | 64 60 62 | 60 62 64 again | 62 64 67
    expect(repetitions(melody(60, 62, 64, 60, 62, 64, 67), { length: 3 })).toBeCloseTo(1 / 5, 12);
    expect(repetitions(melody(60, 60, 60, 60, 60, 60), { length: 2 })).toBeCloseTo(4 / 5, 12);
    expect(repetitions(melody(60, 62), { length: 3 })).toBe(0);
    // Whatever the order in which they are passed.
    expect(repetitions([...melody(60, 62, 60, 62)].reverse(), { length: 2 })).toBeCloseTo(1 / 3, 12);
  });
});

describe('time: known answers', () => {
  test('noteLengthHistogram and interOnsetHistogram', () => {
    const notes = [note(60, 0, 0.5), note(64, 0, 2), note(62, 0.5, 0.52), note(67, 1.5, 9), note(60, 1.5 + 1e-6, 0.2)];
    const bins = [0.25, 0.5, 1, 2];
    expectClose(noteLengthHistogram(notes, { bins }), [0.2, 0.4, 0, 0.4]);
    expectClose(interOnsetHistogram(notes, { bins }), [0, 0.5, 0.5, 0]); // from 0 to 0.5 to 1.5
    expect(noteLengthHistogram(melody(60, 61)).indexOf(1)).toBe(7); // quarters
  });

  test('polyphony: chords, a rest, one pitch twice', () => {
    // 0–1 three pitches, 1–2 two, 2–3 rest, 3–4 one that two notes sound
    const notes = [note(60, 0, 1), note(64, 0, 2), note(67, 0, 2), note(72, 3), note(72, 3)];
    expect(polyphony(notes).mean).toBeCloseTo(6 / 3, 12);
    expect(polyphony(notes).rate).toBeCloseTo(2 / 4, 12);
    expect(polyphony(melody(60, 62))).toEqual({ mean: 1, rate: 0 });
    expect(polyphony([note(60, 0, 0)])).toEqual({ mean: 0, rate: 0 });
  });

  test('polyphony: parity with counting step by step', () => {
    const integers = (seed: number, max: number): Int32Array => randomIntegers(key(seed), 40, { min: 0, max });
    const [pitches, starts, lengths] = [integers(0, 5), integers(1, 60), integers(2, 9)];
    const notes = Array.from(pitches, (pitch, i) => note(pitch, starts[i]! / 4, lengths[i]! / 4));
    const end = Math.max(...notes.map(({ start, duration }) => 4 * (start + duration)));
    const counts = Array.from({ length: end }, (_, step) => {
      const sounding = notes.filter((one) => 4 * one.start <= step && step < 4 * (one.start + one.duration));
      return new Set(sounding.map(({ pitch }) => pitch)).size;
    });
    const any = counts.filter((count) => count > 0);
    expect(polyphony(notes).mean).toBeCloseTo(any.reduce((a, b) => a + b, 0) / any.length, 12);
    expect(polyphony(notes).rate).toBeCloseTo(counts.filter((count) => count > 1).length / end, 12);
  });

  test('grooveConsistency: the same bars, bars that share nothing, three bars of three beats', () => {
    const bar = (start: number, ...beats: number[]): Note[] => beats.map((beat) => note(60, start + beat, 0.25));
    expect(grooveConsistency([...bar(0, 0, 1.5, 3), ...bar(4, 0, 1.5, 3), ...bar(8, 0, 1.5, 3)])).toBe(1);
    expect(grooveConsistency([...bar(0, 0, 1), ...bar(4, 2, 3)])).toBe(1 - 4 / 16);
    const found = grooveConsistency([...bar(0, 0, 1), ...bar(3, 0, 2), ...bar(6, 0, 2)], {
      beatsPerBar: 3,
      stepsPerBeat: 2,
    });
    expect(found).toBeCloseTo(1 - 2 / 12, 12);
  });

  test('emptyBars: what is held fills a bar, what ends at its line does not fill the next', () => {
    expect(emptyBars([note(60, 0, 4), note(62, 12, 2)])).toBe(2 / 4);
    expect(emptyBars([note(60, 0, 8.5), note(62, 13, 2)])).toBe(0);
    expect(emptyBars([note(60, 0, 1), note(60, 9, 1)], { beatsPerBar: 3 })).toBe(2 / 4);
  });
});

describe('overlaps', () => {
  test('histogramOverlap: known answers', () => {
    expect(histogramOverlap([1, 1, 2], [2, 2, 4])).toBe(1);
    expect(histogramOverlap([1, 0], [0, 1])).toBe(0);
    expect(histogramOverlap([0.5, 0.5, 0], [0.25, 0.5, 0.25])).toBe(0.75);
  });

  test('densityOverlap: goldens', () => {
    const a = [0.1, 0.5, 0.7, 1.1, 1.3, 2];
    const b = [0.9, 1.4, 1.5, 2.2, 3];
    const { overlappingArea, kl } = densityOverlap(a, b);
    // scipy 1.17: p, q = gaussian_kde(a), gaussian_kde(b); quad(lambda x: min(p(x), q(x)), -6, 10), quad(lambda x: p(x) * log(p(x) / q(x)), -3.5, 6)
    expect(overlappingArea).toBeCloseTo(0.6425701237586496, 5);
    expect(kl).toBeCloseTo(0.4659074580624074, 5);
  });

  test('densityOverlap: known answers of two normal distributions', () => {
    // N(0, 1) beside N(1, 1): 2 Φ(−½) = 0.617, and ½ nats; kernels widen both by count^(−1/5), 0.16.
    const { overlappingArea, kl } = densityOverlap(
      randomNormal(key(0), 800),
      randomNormal(key(1), 800).map((x) => x + 1),
    );
    expect(Math.abs(overlappingArea - 0.617)).toBeLessThan(0.06);
    expect(Math.abs(kl - 0.5)).toBeLessThan(0.12);
    expect(densityOverlap([2, 2, 2], [2, 2])).toEqual({ overlappingArea: 1, kl: 0 });
    expect(densityOverlap([0, 0, 0], [1, 1]).overlappingArea).toBeLessThan(1e-6);
  });

  test('featureOverlap: pieces of one kind overlap, of another do not, equal ones stand out', () => {
    const histograms = (seed: number, move: number): Float64Array[] =>
      Array.from({ length: 30 }, (_, i) =>
        pitchClassHistogram(
          melody(...Array.from(randomUniform(key(seed + i), 60), (u) => 60 + Math.floor(5 * u * u) + move)),
        ),
      );
    const real = histograms(0, 0);
    const same = featureOverlap(real, histograms(100, 0));
    expect(same.overlappingArea).toBeGreaterThan(0.85);
    expect(same.kl).toBeLessThan(0.1);
    expect(featureOverlap(real, histograms(200, 3)).overlappingArea).toBeLessThan(0.05);
    const collapsed = featureOverlap(real, [real[0]!, real[0]!, real[0]!]);
    expect(collapsed.within).toBe(0);
    expect(collapsed.overlappingArea).toBeLessThan(0.2);
    expect(featureOverlap([1, 2, 3], [1, 2, 3]).within).toBeCloseTo(4 / 3, 12);
  });
});

test('errors: no notes, numbers that are none, pieces too short', () => {
  for (const measure of [
    pitchClassHistogram,
    noteLengthHistogram,
    interOnsetHistogram,
    scaleConsistency,
    pitchRange,
    polyphony,
    repetitions,
    grooveConsistency,
    emptyBars,
  ]) {
    expect(() => measure([])).toThrow(`${measure.name}: there are no notes`);
    expect(() => measure([note(60, Number.NaN)])).toThrow(`${measure.name}: note 0 has pitch 60, start NaN`);
  }
  expect(() => pitchClassHistogram([note(60, 0, 0)], { byDuration: true })).toThrow(/nothing was counted/);
  expect(() => interOnsetHistogram([note(60, 0)])).toThrow(/interOnsetHistogram: nothing was counted/);
  expect(() => grooveConsistency([note(60, 0)])).toThrow(/the piece has 1 bar, expected at least two/);
  expect(() => histogramOverlap([1], [1, 2])).toThrow(/got 1 and 2 bins/);
  expect(() => densityOverlap([], [1])).toThrow(/got 0 and 1 numbers/);
  expect(() => featureOverlap([[1, 2]], [[1], [2]])).toThrow(/got features of 2 and 1 numbers/);
  expect(() => featureOverlap([1], [2])).toThrow(/got 1 real and 1 generated pieces/);
});
