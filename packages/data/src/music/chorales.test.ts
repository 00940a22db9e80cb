import { disposeTree, GenaiError, key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { describe, expect, test } from 'vitest';
import { decodeMidi } from '../midi/decode-midi.js';
import { encodeMidi } from '../midi/encode-midi.js';
import { notesOf } from '../midi/notes-of.js';
import { choraleFrames } from './chorale-frames.js';
import { choraleNotes } from './chorale-notes.js';
import { chorales } from './chorales.js';
import { paddedFrames } from './padded-frames.js';
import { toyChorales } from './toy-chorales.js';
import { transposeChorale } from './transpose-chorale.js';
import { voiceNotes } from './voice-notes.js';
import { voicesOf } from './voices-of.js';

describe('known answers', () => {
  test('a file is read, floats that are whole as well', () => {
    const json = '{ "train": [[[60, 64.0], []]], "valid": [], "test": [[[72, -1]]] }';
    expect(chorales(json)).toEqual({ train: [[[60, 64], []]], valid: [], test: [[[72, -1]]] });
  });

  test('frames mark what sounds, and read back as notes', () => {
    const { data, shape } = choraleFrames([[60, 64], [], [64, -1]], { lowest: 60, notes: 5 });
    expect(shape).toEqual([3, 5]);
    expect([...data]).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
    expect(choraleFrames([[21, 108]]).data.lastIndexOf(1)).toBe(87);
    const { chorale } = toyChorales(key(3), 1, { stepsPerChord: 2 })[0]!;
    expect(notesOf(choraleFrames(chorale))).toEqual(choraleNotes(chorale));
  });

  test('what stays is one note, unless it is to be struck again', () => {
    const held = [[60, 72], [60], [60], [60, 72]];
    expect(choraleNotes(held, { stepsPerBeat: 2 })).toEqual([
      { pitch: 60, start: 0, duration: 2 },
      { pitch: 72, start: 0, duration: 0.5 },
      { pitch: 72, start: 1.5, duration: 0.5 },
    ]);
    expect(choraleNotes(held, { stepsPerBeat: 1, restrike: 2 }).filter(({ pitch }) => pitch === 60)).toEqual([
      { pitch: 60, start: 0, duration: 2 },
      { pitch: 60, start: 2, duration: 2 },
    ]);
  });

  test('voices sound on channels of their own, also where two are on one note', () => {
    const notes = voiceNotes(
      voicesOf([
        [72, 60, 60, 48],
        [71, 60, 60, 48],
        [71, 60, -1, 48],
      ]),
      { stepsPerBeat: 1, restrike: 2 },
    );
    expect(notes).toEqual([
      { pitch: 72, start: 0, duration: 1, channel: 0 },
      { pitch: 60, start: 0, duration: 2, channel: 1 },
      { pitch: 60, start: 0, duration: 2, channel: 2 },
      { pitch: 48, start: 0, duration: 2, channel: 3 },
      { pitch: 71, start: 1, duration: 1, channel: 0 },
      { pitch: 71, start: 2, duration: 1, channel: 0 },
      { pitch: 60, start: 2, duration: 1, channel: 1 },
      { pitch: 48, start: 2, duration: 1, channel: 3 },
    ]);
  });

  test('voices of listed steps keep their places and may cross; of the others the nearest rests', () => {
    const chorale = [[72, 67, 60, 48], [67, 69, 60, 48], [66, 59, 50], [-1, 67, 60, 48], []];
    expect(voicesOf(chorale)).toEqual([
      [72, 67, 66, undefined, undefined],
      [67, 69, undefined, 67, undefined],
      [60, 60, 59, 60, undefined],
      [48, 48, 50, 48, undefined],
    ]);
  });

  test('voices of sets go by pitch, and one note may be sung by two', () => {
    const chorale = [[48, 60, 67, 72], [50, 59, 71], [48, 60, 64, 72], [48]];
    expect(voicesOf(chorale).map((voice) => voice.slice(0, 3))).toEqual([
      [72, 71, 72],
      [67, 71, 64],
      [60, 59, 60],
      [48, 50, 48],
    ]);
    expect(voicesOf(chorale)[3][3]).toBe(48);
  });

  test('transposed, intervals and rests stay', () => {
    expect(transposeChorale([[60, -1], [64], []], -3)).toEqual([[57, -1], [61], []]);
  });

  test('rolls are padded with silence that the mask tells', async () => {
    const rolls = [3, 5, 1].map((steps) => ({ data: new Float32Array(steps * 2).fill(1), shape: [steps, 2] }));
    const whole = await paddedFrames(rolls).read(Uint32Array.of(0, 2));
    expect(whole.elements.shape).toEqual([2, 5, 2]);
    expectClose(whole.elements, [1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expectClose(whole.mask, [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]);
    const short = await paddedFrames(rolls, { multipleOf: 2 }).read(Uint32Array.of(0, 2));
    expect(short.mask.shape).toEqual([2, 4]);
    disposeTree([whole, short]);
  });

  test('MIDI files of chorales are read again, note by note', () => {
    const { chorale } = toyChorales(key(1), 1, { stepsPerChord: 4 })[0]!;
    const notes = voiceNotes(voicesOf(chorale), { restrike: 4 });
    const heard = decodeMidi(encodeMidi(notes, { tempo: 80 })).notes;
    expect(heard).toHaveLength(64);
    expect(
      heard.map(({ pitch, start, duration, channel }) => [start, channel, pitch, duration]).sort(byStartAndChannel),
    ).toEqual(notes.map(({ pitch, start, duration, channel }) => [start, channel, pitch, duration]));
  });
});

describe('properties', () => {
  test('toys keep ranges, do not cross, sound whole chords of their key and end on its tonic', () => {
    const made = toyChorales(key(0), 60);
    for (const { chorale, key } of made) {
      expect(chorale).toHaveLength(16);
      for (const [s, a, t, b] of chorale as readonly [number, number, number, number][]) {
        expect(s >= a && a >= t && t >= b && s <= 79 && b >= 40).toBe(true);
        expect(new Set([s % 12, a % 12, t % 12, b % 12]).size).toBe(3);
      }
      expect(chorale.at(-1)![3]! % 12).toBe(key.tonic);
    }
    expect(toyChorales(key(0), 2)).toEqual(made.slice(0, 2));
    expect(new Set(made.map(({ key }) => `${key.tonic}${key.mode}`)).size).toBeGreaterThan(12);
  });

  test('toys hardly ever move in parallel fifths or octaves', () => {
    let [parallel, moves] = [0, 0];
    for (const { chorale } of toyChorales(key(5), 40)) {
      for (let t = 1; t < chorale.length; t++) {
        moves++;
        const [was, is] = [chorale[t - 1]!, chorale[t]!];
        for (let v = 0; v < 4; v++) {
          for (let w = v + 1; w < 4; w++) {
            const [before, now] = [(was[v]! - was[w]!) % 12, (is[v]! - is[w]!) % 12];
            if (was[v] !== is[v] && before === now && (now === 0 || now === 7)) parallel++;
          }
        }
      }
    }
    expect(parallel / moves).toBeLessThan(0.02);
  });

  test('voices of a toy are what it was made of, listed or as sets', () => {
    for (const { chorale } of toyChorales(key(2), 10)) {
      const voices = [0, 1, 2, 3].map((v) => chorale.map((step) => step[v]));
      expect(voicesOf(chorale)).toEqual(voices);
      const sets = chorale.map((step) => [...new Set(step)].sort((a, b) => a - b));
      const told = voicesOf(sets, { listed: false });
      expect(told[0]).toEqual(voices[0]);
      expect(told[3]).toEqual(voices[3]);
    }
  });
});

describe('errors', () => {
  test('a file that is no such file says where', () => {
    for (const [json, message] of [
      ['{', /chorales: jsb is no JSON/],
      ['[]', /holds a list, expected an object/],
      ['{"train": 1}', /jsb: train is a number, expected a list of chorales/],
      ['{"train": []}', /jsb: valid is missing/],
      ['{"train": [[60]]}', /train\[0\]\[0\] is a number, expected a list of pitches/],
      ['{"train": [[[60.5]]]}', /train\[0\]\[0\] holds 60.5/],
      ['{"train": [[[128]]]}', /holds 128/],
    ] as const) {
      expect(() => chorales(json, 'jsb')).toThrow(GenaiError);
      expect(() => chorales(json, 'jsb')).toThrow(message);
    }
  });

  test('pitches and options out of range', () => {
    expect(() => choraleFrames([[20]])).toThrow(/step 0 has the pitch 20, expected 21 to 108/);
    expect(() => choraleFrames([])).toThrow(/no step/);
    expect(() => choraleNotes([[60]], { restrike: 0 })).toThrow(/restrike must be an integer of at least 1/);
    expect(() => transposeChorale([[120]], 12)).toThrow(/to 132, expected 0 to 127/);
    expect(() => voicesOf([[1, 2, 3, 4, 5]])).toThrow(/5 pitches, expected at most 4/);
    expect(() => paddedFrames([])).toThrow(/no rolls/);
    expect(() => paddedFrames([{ data: new Float32Array(4), shape: [2, 3] }])).toThrow(/has 4 numbers of shape/);
    expect(() => toyChorales(key(0), 1, { chords: 2 })).toThrow(GenaiError);
  });
});

function byStartAndChannel(a: readonly number[], b: readonly number[]): number {
  return a[0]! - b[0]! || a[1]! - b[1]!;
}
