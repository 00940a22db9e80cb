import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Note } from '../midi/note.js';
import { secondsAt, type Tempo } from '../midi/tempo.js';

export interface RenderNotesOptions {
  /** Samples a second; 22,050 unless given. */
  readonly rate?: number;
  /** Beats a minute, or tempos in order of their beats. 120 unless given. */
  readonly tempo?: number | readonly Tempo[];
  /** Loudness of the partials, the fundamental first; 1, 1/2, 1/3, 1/4, squared, unless given. */
  readonly partials?: readonly number[];
  /** How a note swells and fades. */
  readonly envelope?: Envelope;
}

/** Times in seconds. */
export interface Envelope {
  /** From silence to the loudest; 0.01 unless given. */
  readonly attack?: number;
  /** From there most of the way to what is held; 0.3 unless given. */
  readonly decay?: number;
  /** What is held, of the loudest; 0.4 unless given. */
  readonly sustain?: number;
  /** From there to silence, after the end of the note; 0.1 unless given. */
  readonly release?: number;
}

/**
 * Notes as sound, one channel of numbers from −1 to 1: a sum of sines for each, so that music can be heard without an instrument.
 *
 * A is 440 Hz. Partials above half the rate are left out, so nothing folds back; sound begins and ends without clicks, and where notes
 * add up to more than 1 the whole is made softer. Percussion (channel 9) is left out.
 *
 * @example
 * await writeFile('song.wav', encodeWav(renderNotes(notes, { tempo: 80 })));
 * @throws GenaiError if an option is out of range, a note has no time or pitch, or there would be more than an hour of sound.
 */
export function renderNotes(
  notes: Iterable<Note>,
  { rate = 22_050, tempo = 120, partials = [1, 1 / 4, 1 / 9, 1 / 16], envelope = {} }: RenderNotesOptions = {},
): Float32Array {
  expectInteger('renderNotes', 'rate', rate, 1);
  const shape = shapeOf(envelope);
  const tempos = typeof tempo === 'number' ? [{ beat: 0, beatsPerMinute: tempo }] : tempo;
  const tones = Array.from(notes)
    .filter(({ channel }) => channel !== 9)
    .map((note) => toneOf(note, tempos));
  const seconds = tones.reduce((most, { end }) => Math.max(most, end + shape.release), 0);
  if (!(seconds <= 3600)) {
    throw new GenaiError(
      `renderNotes: the notes last ${seconds} seconds, expected at most 3600. Pass a part at a time.`,
    );
  }
  const samples = new Float32Array(Math.ceil(seconds * rate));
  for (const tone of tones) addTone(samples, tone, { rate, partials, shape });
  const peak = samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return peak > 1 ? samples.map((x) => x / peak) : samples;
}

/** Times in seconds, frequency in Hz. */
type Tone = { readonly start: number; readonly end: number; readonly frequency: number; readonly loudness: number };

function toneOf({ pitch, start, duration, velocity = 80 }: Note, tempos: readonly Tempo[]): Tone {
  if (!(pitch >= 0 && pitch <= 127 && start >= 0 && duration >= 0)) {
    throw new GenaiError(
      `renderNotes: got a note of pitch ${pitch} at beat ${start} for ${duration}, expected 0 to 127 and times of at least 0.`,
    );
  }
  return {
    start: secondsAt(tempos, start),
    end: secondsAt(tempos, start + duration),
    frequency: 440 * 2 ** ((pitch - 69) / 12),
    loudness: 0.3 * (velocity / 127) ** 2,
  };
}

function addTone(
  samples: Float32Array,
  { start, end, frequency, loudness }: Tone,
  {
    rate,
    partials,
    shape,
  }: { readonly rate: number; readonly partials: readonly number[]; readonly shape: Required<Envelope> },
): void {
  const first = Math.ceil(start * rate);
  const last = Math.min(samples.length, Math.floor((end + shape.release) * rate) + 1);
  const heard = partials.map((amplitude, k) => ({ amplitude, step: (2 * Math.PI * frequency * (k + 1)) / rate }));
  const held = heard.filter(({ step }) => step < Math.PI); // below half the rate
  for (let i = first; i < last; i++) {
    const level = loudness * levelAt(i / rate - start, end - start, shape);
    let wave = 0;
    for (const { amplitude, step } of held) wave += amplitude * Math.sin(step * (i - start * rate));
    samples[i]! += level * wave;
  }
}

/** 0 to 1, continuous: up in a line, down exponentially, and after the end of the note to 0 in a line. */
function levelAt(seconds: number, length: number, shape: Required<Envelope>): number {
  const { attack, decay, sustain, release } = shape;
  if (seconds > length) return levelAt(length, length, shape) * Math.max(0, 1 - (seconds - length) / release);
  if (seconds < attack) return seconds / attack;
  return sustain + (1 - sustain) * Math.exp((-3 * (seconds - attack)) / decay);
}

function shapeOf({ attack = 0.01, decay = 0.3, sustain = 0.4, release = 0.1 }: Envelope): Required<Envelope> {
  for (const [name, value] of Object.entries({ attack, decay, release })) {
    if (!(value > 0)) throw new GenaiError(`renderNotes: ${name} must be above 0 seconds, got ${value}.`);
  }
  if (!(sustain >= 0 && sustain <= 1)) {
    throw new GenaiError(`renderNotes: sustain must be from 0 to 1, got ${sustain}.`);
  }
  return { attack, decay, sustain, release };
}
