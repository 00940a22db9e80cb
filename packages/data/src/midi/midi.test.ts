import { fold, GenaiError, key, randomBits, randomIntegers, split } from '@genai/core';
import { parseMidi, writeMidi } from 'midi-file';
import { describe, expect, test } from 'vitest';
import { decodeMidi } from './decode-midi.js';
import { encodeMidi } from './encode-midi.js';
import type { Note } from './note.js';
import { notesOf } from './notes-of.js';
import { pianoRoll } from './piano-roll.js';
import { beatAt, secondsAt } from './tempo.js';

/** Written by hand after the standard: 96 ticks a beat, 100 beats a minute, a violin playing c' for a beat and e' for half. */
const TINY = bytesOf(
  '4d546864 00000006 0000 0001 0060', // MThd, 6 bytes, format 0, one track, 96
  '4d54726b 0000001b', // MTrk, 27 bytes
  '00 ff51 03 0927c0', // 600,000 µs a beat
  '00 c0 28', // program 40
  '00 90 3c 64', // on 60, velocity 100
  '60 3c 00', // after 96 ticks, running status: off 60
  '00 40 50', // on 64, velocity 80
  '30 40 00', // after 48: off 64
  '00 ff2f 00',
);

describe('goldens', () => {
  test('a file written by hand: running status, a release by velocity 0, tempo and program', () => {
    const common = { channel: 0, program: 40 };
    expect(decodeMidi(TINY)).toEqual({
      notes: [
        { pitch: 60, start: 0, duration: 1, velocity: 100, ...common },
        { pitch: 64, start: 1, duration: 0.5, velocity: 80, ...common },
      ],
      tempos: [{ beat: 0, beatsPerMinute: 100 }],
      ticksPerBeat: 96,
    });
  });

  test('the bytes written for one note', () => {
    const written = encodeMidi([{ pitch: 60, start: 0, duration: 2 }], { tempo: 120, program: 5, ticksPerBeat: 96 });
    const expected = bytesOf(
      '4d546864 00000006 0000 0001 0060',
      '4d54726b 00000017',
      '00 ff51 03 07a120', // 500,000 µs a beat
      '00 c0 05',
      '00 90 3c 50',
      '8140 80 3c 00', // 192 = 1·128 + 64 ticks later
      '00 ff2f 00',
    );
    expect(hex(written)).toBe(hex(expected));
  });
});

describe('known answers', () => {
  test('tracks sound at once, programs hold for their channel, unknown chunks and messages are passed over', () => {
    const file = bytesOf(
      '4d546864 00000008 0001 0002 0060 beef', // a longer header than today's
      '58595a20 00000002 0102', // a chunk of no known kind
      '4d54726b 0000000e 00 ff03 02 4141 00 c1 07 60 ff2f 00 4d', // a name, program 7 on channel 1; what follows the end
      '4d54726b 00000018',
      '00 f0 02 7ef7', // system exclusive
      '30 91 43 40', // a note that is never released
      '00 d1 05', // channel pressure
      '00 e1 00 40', // pitch bend
      '00 b1 07 7f', // volume
      '30 ff2f 00',
    );
    expect(decodeMidi(file).notes).toEqual([
      { pitch: 67, start: 0.5, duration: 0.5, velocity: 64, channel: 1, program: 7 },
    ]);
  });

  test('of one key struck twice the earlier is released first', () => {
    const twice = [
      { pitch: 60, start: 0, duration: 2, velocity: 1 },
      { pitch: 60, start: 1, duration: 2, velocity: 2 },
    ];
    expect(decodeMidi(encodeMidi(twice)).notes).toMatchObject(twice);
  });

  test('seconds: 120 until told otherwise, and each tempo from its beat on', () => {
    const tempos = [
      { beat: 4, beatsPerMinute: 60 },
      { beat: 6, beatsPerMinute: 240 },
    ];
    expect([0, 2, 4, 5, 6, 10].map((beat) => secondsAt(tempos, beat))).toEqual([0, 1, 2, 3, 4, 5]);
    for (const beat of [0, 1.5, 4, 5.25, 6, 99]) expect(beatAt(tempos, secondsAt(tempos, beat))).toBeCloseTo(beat, 12);
  });

  test('a roll: a run is one note, one struck again is another where onsets are told', () => {
    const notes = [
      { pitch: 60, start: 0, duration: 0.5 },
      { pitch: 60, start: 0.5, duration: 0.5 },
      { pitch: 62, start: 0.25, duration: 0.1 }, // less than a step
    ];
    const options = { lowest: 60, highest: 62, steps: 4 };
    const plain = pianoRoll(notes, options);
    expect(plain.shape).toEqual([4, 3]);
    expect([...plain.data]).toEqual([1, 0, 0, 1, 0, 1, 1, 0, 0, 1, 0, 0]);
    expect(notesOf(plain, { lowest: 60 })).toEqual([
      { pitch: 60, start: 0, duration: 1 },
      { pitch: 62, start: 0.25, duration: 0.25 },
    ]);
    const marked = pianoRoll(notes, { ...options, onsets: true });
    expect(marked.shape).toEqual([4, 3, 2]);
    expect(notesOf(marked, { lowest: 60 }).filter(({ pitch }) => pitch === 60)).toEqual(notes.slice(0, 2));
    // A window: what began before it sounds on without an onset.
    const later = pianoRoll(notes, { ...options, from: 3, steps: 2, onsets: true });
    expect([...later.data]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});

test('known answers: of 50,000 keys held at once each is released once', () => {
  const held = 50_000;
  const events = new Uint8Array(7 * held + 4);
  for (let i = 0; i < held; i++) {
    events.set([0, 0x90, 60, 1], 4 * i);
    events.set([1, 60, 0], 4 * held + 3 * i);
  }
  events.set([0, 0xff, 0x2f, 0], 7 * held);
  const file = new Uint8Array(22 + events.length);
  file.set(bytesOf('4d546864 00000006 0000 0001 0060 4d54726b'));
  new DataView(file.buffer).setUint32(18, events.length);
  file.set(events, 22);
  const { notes } = decodeMidi(file);
  expect(notes).toHaveLength(held);
  expect(notes.at(-1)!.duration).toBe(held / 96);
});

describe('parity: midi-file 1.2.4', () => {
  test.each([1, 2, 3])('reads what we write, and we read what it writes (%i)', (seed) => {
    const notes = randomNotes(seed, 30);
    const { header, tracks } = parseMidi(encodeMidi(notes, { ticksPerBeat: 24, tempo: 93 }));
    expect(header).toMatchObject({ format: 0, numTracks: 1, ticksPerBeat: 24 });
    const [track] = tracks;
    expect(track!.filter(({ type }) => type === 'noteOn')).toHaveLength(notes.length);
    expect(track!.filter(({ type }) => type === 'noteOff')).toHaveLength(notes.length);
    for (const running of [true, false]) {
      const again = decodeMidi(
        Uint8Array.from(writeMidi({ header, tracks }, { running, useByte9ForNoteOff: running })),
      );
      expect(again.notes).toEqual(notes);
      expect(again.tempos[0]!.beatsPerMinute).toBeCloseTo(93, 3);
    }
  });
});

describe('properties', () => {
  test('100 songs come back from bytes as they were', () => {
    for (let seed = 0; seed < 100; seed++) {
      const notes = randomNotes(seed, 1 + (seed % 40));
      expect(decodeMidi(encodeMidi(notes, { ticksPerBeat: 24 })).notes).toEqual(notes);
    }
  });

  test('100 songs come back from a roll with onsets, and without them if no key is struck again at once', () => {
    for (let seed = 0; seed < 100; seed++) {
      const notes = randomNotes(seed, 1 + (seed % 40), 0).map(({ pitch, start, duration }) => ({
        pitch,
        start,
        duration,
      }));
      const options = { stepsPerBeat: 24, lowest: 40, highest: 90 };
      expect(notesOf(pianoRoll(notes, { ...options, onsets: true }), options)).toEqual(notes);
      const apart = notes.map((note) => ({ ...note, start: 2 * note.start })); // silence after each
      expect(notesOf(pianoRoll(apart, options), options)).toEqual(apart);
    }
  });

  test('2,000 mutated files load or give a GenaiError', () => {
    const [places, values] = split(key(0));
    const songs = [TINY, encodeMidi(randomNotes(1, 20))];
    let loaded = 0;
    for (let i = 0; i < 2_000; i++) {
      const file = Uint8Array.from(songs[i % 2]!);
      const [at, to] = [randomBits(fold(places, i), 4), randomBits(fold(values, i), 4)];
      for (let j = 0; j <= i % 4; j++) file[at[j]! % file.length] = to[j]! & 255;
      const cut = i % 5 === 0 ? file.subarray(0, at[3]! % file.length) : file;
      try {
        const { notes } = decodeMidi(cut, `file ${i}`);
        loaded++;
        for (const { start, duration, pitch } of notes) {
          expect(Number.isFinite(start) && duration > 0 && pitch <= 127).toBe(true);
        }
      } catch (error) {
        expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
        expect((error as Error).message).toContain(`file ${i}`);
      }
    }
    expect(loaded).toBeGreaterThan(200);
    expect(loaded).toBeLessThan(1_900);
  });
});

describe('errors', () => {
  const header = '4d546864 00000006 0000 0001';
  const track = (body: string): Uint8Array => {
    const size = (bytesOf(body).length + 0x100).toString(16).slice(1);
    return bytesOf(`${header} 0060 4d54726b 000000${size}`, body);
  };

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing', Uint8Array.of(), /has 0 bytes left at byte 0, expected 1\. Is the file cut off\?/],
    ['another kind of file', bytesOf('52494646 00000000'), /starts with "RIFF", expected "MThd"/],
    ['independent tracks', bytesOf('4d546864 00000006 0002 0001 0060'), /is of format 2, expected 0 or 1/],
    ['time code', bytesOf(`${header} e250`), /divides time by 57936/],
    ['no ticks', bytesOf(`${header} 0000`), /divides time by 0/],
    ['no track', bytesOf(`${header} 0060`), /has 0 bytes left at byte 14/],
    [
      'a track of 4 GB',
      bytesOf(`${header} 0060 4d54726b ffffffff 00`),
      /has 1 bytes left at byte 22, expected 4294967295/,
    ],
    ['a length without end', track('ffffffffff'), /a length of more than four bytes, at byte 26/],
    ['data first', track('00 3c 64'), /data before the first message/],
    ['status as data', track('00 90 3c 90'), /the byte 144 where data of at most 127 belongs/],
    ['an unknown message', track('00 f4 00'), /the unknown message 244/],
    ['a tempo of 0', track('00 ff51 03 000000'), /a tempo of 0/],
    ['a long text', track('00 ff01 7f 41'), /expected 127/],
    ['a note cut off', track('00 90 3c'), /song\.mid has 0 bytes left at byte 25/],
  ])('bytes: %s', (_name, bytes, message) => {
    expect(() => decodeMidi(bytes, 'song.mid')).toThrow(message);
    expect(() => decodeMidi(bytes, 'song.mid')).toThrow(GenaiError);
  });

  test.each<[() => unknown, string]>([
    [
      () => encodeMidi([{ pitch: 128, start: 0, duration: 1 }]),
      'the pitch of note 0 must be an integer from 0 to 127, got 128.',
    ],
    [() => encodeMidi([{ pitch: 60, start: -1, duration: 1 }]), 'the start of note 0, in ticks, must be an integer'],
    [() => encodeMidi([{ pitch: 60, start: 0, duration: -1 }]), 'the duration of note 0 must be at least 0, got -1.'],
    [() => encodeMidi([{ pitch: 60, start: 0, duration: 1, velocity: 0 }]), 'the velocity of note 0 must be'],
    [() => encodeMidi([], { tempo: 0 }), 'encodeMidi: a tempo of 0 beats a minute'],
    [() => secondsAt([{ beat: 0, beatsPerMinute: 0 }], 1), 'secondsAt: got 0 beats a minute at beat 0'],
    [() => pianoRoll([], { lowest: 60, highest: 59 }), 'pianoRoll: highest must be an integer of at least 60, got 59.'],
    [
      () => pianoRoll([{ pitch: 60, start: 1e9, duration: 1 }]),
      'pianoRoll: 4000000004 steps of 88 pitches are more than',
    ],
    [() => notesOf({ data: [1, 0], shape: [2] }), 'notesOf: got 2 numbers of shape [2]'],
    [() => notesOf({ data: [1, 0], shape: [1, 2] }, { lowest: 127 }), 'notesOf: 2 pitches from 127 leave'],
  ])('arguments: %#', (act, message) => {
    expect(act).toThrow(message);
    expect(act).toThrow(GenaiError);
  });
});

/** Notes in order, at whole ticks of a 24th beat; no key sounds twice at once, but may be struck again at once. */
function randomNotes(seed: number, count: number, channels = 3): Required<Note>[] {
  const draws = randomIntegers(key(seed), 6 * count, { min: 0, max: 1_000 });
  const free = new Map<number, number>();
  const notes = Array.from({ length: count }, (_, i) => {
    const [a, b, c, d, e, f] = Array.from(draws.subarray(6 * i, 6 * i + 6)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [pitch, channel] = [40 + (a % 5) * 10, channels > 0 ? b % channels : 0];
    const place = channel * 128 + pitch;
    const start = (free.get(place) ?? 0) + (c % 3) * 7;
    const ticks = 1 + (d % 50);
    free.set(place, start + ticks);
    const program = channels > 0 ? f % 128 : 0;
    return { pitch, start: start / 24, duration: ticks / 24, velocity: 1 + (e % 127), channel, program };
  });
  return notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch || a.channel - b.channel);
}

function bytesOf(...lines: readonly string[]): Uint8Array {
  const digits = lines.join('').replaceAll(' ', '');
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
