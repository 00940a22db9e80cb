import { GenaiError, key, randomIntegers } from '@genai/core';
import { describe, expect, test } from 'vitest';
import type { Note } from '../midi/note.js';
import { noteEvents } from './note-events.js';
import { toyChorales } from './toy-chorales.js';
import { voiceEvents } from './voice-events.js';
import { voicesOf } from './voices-of.js';

describe('known answers', () => {
  test('the tokens of two notes, in words', () => {
    const events = noteEvents({ lowest: 60, highest: 71, shifts: 3, velocities: 3 });
    const notes = [
      { pitch: 64, start: 1, duration: 0.25, velocity: 127 },
      { pitch: 60, start: 0, duration: 1.25, velocity: 60 },
    ];
    const tokens = events.encode(notes);
    expect(Array.from(tokens, events.meaningOf)).toEqual([
      'velocity 64',
      'on 60',
      'wait 3',
      'wait 1',
      'velocity 127',
      'on 64',
      'wait 1',
      'off 60',
      'off 64',
    ]);
    expect(events.vocabulary).toBe(12 + 12 + 3 + 3);
    expect(Array.from(tokens, (token) => events.durationOf(token) ?? 0).reduce((a, b) => a + b)).toBe(5);
    expect(Array.from(tokens, events.pitchOf).filter((pitch) => pitch !== undefined)).toEqual([60, 64, 60, 64]);
    expect(events.decode(tokens)).toEqual([{ ...notes[1], velocity: 64 }, notes[0]]);
  });

  test('what was drawn at random is music too: releases of nothing pass, what is never released ends with it', () => {
    const events = noteEvents({ lowest: 60, highest: 61, stepsPerBeat: 1, shifts: 2 });
    const [on60, off60, off61, wait2] = [0, 2, 3, 5] as const;
    expect(events.decode([off61, on60, wait2, on60, wait2, wait2])).toEqual([
      { pitch: 60, start: 0, duration: 6 },
      { pitch: 60, start: 2, duration: 4 },
    ]);
    expect(events.decode([on60, off60])).toEqual([{ pitch: 60, start: 0, duration: 1 }]);
  });

  test('voices in turn: pitches, holds and rests', () => {
    const events = voiceEvents({ voices: 2 });
    const tokens = events.encode([
      [72, 72, 74],
      [undefined, 48, 48],
    ]);
    expect(Array.from(tokens, events.meaningOf)).toEqual(['pitch 72', 'rest', 'hold', 'pitch 48', 'pitch 74', 'hold']);
    expect(Array.from(tokens, (_, place) => events.voiceAt(place))).toEqual([0, 1, 0, 1, 0, 1]);
    expect(Array.from(tokens, events.pitchOf)).toEqual([72, undefined, undefined, 48, 74, undefined]);
    expect(events.decode([...tokens, events.end, 9, 9])).toEqual([
      [72, 72, 74],
      [undefined, 48, 48],
    ]);
    expect([events.durationOf(events.hold), events.durationOf(events.end)]).toEqual([1, undefined]);
  });

  test('a voice that leads is heard before the others', () => {
    const events = voiceEvents({ voices: 2, lead: { voice: 1, steps: 1 } });
    const tokens = events.encode([
      [72, 74],
      [48, 50],
    ]);
    expect(Array.from(tokens, events.meaningOf)).toEqual([
      'wait',
      'pitch 48',
      'pitch 72',
      'pitch 50',
      'pitch 74',
      'wait',
    ]);
    expect(events.decode(tokens.subarray(0, 5))).toEqual([[72], [48]]); // the last step is not whole
  });
});

describe('properties', () => {
  test('notes of whole steps come back exactly, whatever the bins', () => {
    for (const [seed, velocities] of [
      [0, 0],
      [1, 2],
      [2, 32],
      [3, 127],
    ] as const) {
      const events = noteEvents({ shifts: 5, velocities });
      const notes = randomNotes(seed, velocities);
      const tokens = events.encode(notes);
      expect(events.decode(tokens)).toEqual(notes);
      expect(events.encode(events.decode(tokens))).toEqual(tokens);
    }
  });

  test('voices come back exactly, whoever leads', () => {
    const random = randomIntegers(key(4), 4 * 40, { min: 35, max: 82 });
    const drawn = [0, 1, 2, 3].map((v) =>
      Array.from({ length: 40 }, (_, t) => (random[v * 40 + t] === 35 ? undefined : random[v * 40 + t])),
    );
    const toy = voicesOf(toyChorales(key(0), 1, { stepsPerChord: 2 })[0]!.chorale);
    for (const voices of [drawn, toy]) {
      for (const lead of [
        { voice: 0, steps: 0 },
        { voice: 0, steps: 3 },
        { voice: 3, steps: 1 },
      ]) {
        const events = voiceEvents({ lead });
        const tokens = events.encode(voices);
        expect(tokens).toHaveLength(4 * (voices[0]!.length + lead.steps));
        expect(events.decode(tokens)).toEqual(voices);
      }
    }
  });

  test('transposed tokens are those of transposed music', () => {
    const events = noteEvents({ velocities: 4 });
    const notes = randomNotes(7, 4);
    const higher = notes.map((note) => ({ ...note, pitch: note.pitch + 3 }));
    expect(events.transpose(events.encode(notes), 3)).toEqual(events.encode(higher));
    const voices = voiceEvents();
    const toy = voicesOf(toyChorales(key(1), 1)[0]!.chorale);
    const lower = toy.map((voice) => voice.map((pitch) => pitch! - 2));
    expect(voices.transpose(voices.encode(toy), -2)).toEqual(voices.encode(lower));
  });
});

describe('errors', () => {
  test('options, pitches and tokens out of range', () => {
    for (const [f, message] of [
      [() => noteEvents({ lowest: 60, highest: 50 }), /lowest ≤ highest ≤ 127, got 60 and 50/],
      [() => noteEvents({ velocities: 1 }), /velocities must be 0 or an integer from 2 to 127, got 1/],
      [() => noteEvents({ shifts: 0 }), /shifts must be an integer of at least 1/],
      [() => noteEvents().encode([{ pitch: 20, start: 0, duration: 1 }]), /got the pitch 20, expected 21 to 108/],
      [() => noteEvents().encode([{ pitch: 60, start: -1, duration: 1 }]), /starts at -1/],
      [() => noteEvents().decode([999]), /got the token 999, expected an integer from 0 to 191/],
      [() => noteEvents().transpose([0], -1), /take the pitch 21 out of 21 to 108/],
      [() => voiceEvents({ lead: { voice: 4, steps: 1 } }), /lead.voice must be an integer from 0 to 3, got 4/],
      [() => voiceEvents().encode([[60]]), /got voices of \[1\] steps, expected 4 of one length/],
      [() => voiceEvents({ voices: 1 }).encode([[30]]), /voice 0 has the pitch 30 at step 0/],
      [() => voiceEvents({ voices: 1 }).decode([50]), /got the token 50, expected an integer from 0 to 49/],
    ] as const) {
      expect(f).toThrow(GenaiError);
      expect(f).toThrow(message);
    }
  });
});

/** In order of start and pitch; no key is struck while it sounds. */
function randomNotes(seed: number, velocities: number): Note[] {
  const draws = randomIntegers(key(seed), 60 * 4, { min: 0, max: 1 << 20 });
  const free = new Map<number, number>();
  const notes = Array.from({ length: 60 }, (_, i): Note => {
    const [p, gap, length, loud] = Array.from(draws.subarray(4 * i, 4 * i + 4)) as [number, number, number, number];
    const pitch = 40 + (p % 7) * 5;
    const start = (free.get(pitch) ?? 0) + (gap % 9);
    const duration = 1 + (length % 12);
    free.set(pitch, start + duration);
    const velocity = velocities > 0 && 1 + Math.round(((loud % velocities) * 126) / (velocities - 1));
    return { pitch, start: start / 4, duration: duration / 4, ...(velocity && { velocity }) };
  });
  return notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
}
