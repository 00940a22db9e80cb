import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import type { Note } from '../midi/note.js';
import { expectPitches, expectToken, type MusicTokens, transposeTokens } from './music-tokens.js';

export interface NoteEventsOptions {
  /** The lowest and the highest pitch; 21 and 108 unless given, the keys of a piano. */
  readonly lowest?: number;
  readonly highest?: number;
  /** Steps a beat, to which times are rounded; 4 unless given: sixteenths. */
  readonly stepsPerBeat?: number;
  /** The longest time that one token waits, in steps; 16 unless given. Oore et al. take 100 steps of 10 ms. */
  readonly shifts?: number;
  /** How many loudnesses are told apart, 2 to 127; 0, none, unless given. Oore et al. take 32. */
  readonly velocities?: number;
}

/** A tokenizer of notes. Time is in steps: `durationOf` is that of a wait. */
export interface NoteEvents extends MusicTokens {
  /** The tokens of notes in any order. */
  readonly encode: (notes: Iterable<Note>) => Int32Array;
  /** The notes of any tokens, in order of their start, then pitch. */
  readonly decode: (tokens: ArrayLike<number>) => Note[];
}

/**
 * Music as a player makes it: keys struck, keys released, waits, and how hard to strike from now on.
 *
 * Tokens are, in this order, `on` for each pitch, `off` for each pitch, `wait` for 1 to `shifts` steps, and `velocity` for each
 * loudness. Notes whose times are whole steps (and velocities those of the bins) come back exactly, unless one key is struck while it
 * sounds and released in another order; channels and programs are left out. Where anything was drawn, a release of what does not
 * sound is passed over, and what is never released ends with the music; a note lasts at least one step.
 *
 * @example
 * const events = noteEvents({ velocities: 8 });
 * const tokens = events.encode(decodeMidi(bytes).notes);
 * await writeFile('same.mid', encodeMidi(events.decode(tokens)));
 * @throws GenaiError if an option is out of range; `encode` and `transpose` if a pitch is; `decode` if a token is.
 * @source Oore et al. 2018, "This time with feeling: learning expressive musical performance", section 3.2.
 */
export function noteEvents({
  lowest = 21,
  highest = 108,
  stepsPerBeat = 4,
  shifts = 16,
  velocities = 0,
}: NoteEventsOptions = {}): NoteEvents {
  expectPitches('noteEvents', lowest, highest);
  expectInteger('noteEvents', 'shifts', shifts, 1);
  if (!(stepsPerBeat > 0)) throw new GenaiError(`noteEvents: stepsPerBeat must be above 0, got ${stepsPerBeat}.`);
  if (velocities !== 0 && !(Number.isInteger(velocities) && velocities >= 2 && velocities <= 127)) {
    throw new GenaiError(`noteEvents: velocities must be 0 or an integer from 2 to 127, got ${velocities}.`);
  }
  const pitches = highest - lowest + 1;
  const [off, wait, loudness] = [pitches, 2 * pitches, 2 * pitches + shifts];
  const vocabulary = loudness + velocities;
  const binOf = (velocity: number): number => Math.round(((velocity - 1) / 126) * (velocities - 1));
  const velocityOf = (bin: number): number => 1 + Math.round((bin * 126) / (velocities - 1));
  const pitchOf = (token: number): number | undefined =>
    token >= 0 && token < wait ? lowest + (token % pitches) : undefined;
  const durationOf = (token: number): number | undefined =>
    token >= wait && token < loudness ? token - wait + 1 : undefined;
  return {
    vocabulary,
    pitchOf,
    durationOf,
    meaningOf: (token) => {
      expectToken('noteEvents.meaningOf', token, vocabulary);
      if (token < wait) return `${token < off ? 'on' : 'off'} ${pitchOf(token)}`;
      return token < loudness ? `wait ${durationOf(token)}` : `velocity ${velocityOf(token - loudness)}`;
    },
    transpose: (tokens, semitones) =>
      transposeTokens('noteEvents.transpose', tokens, semitones, { pitchOf, lowest, highest }),
    encode: (notes) => {
      const tokens: number[] = [];
      let [now, bin] = [0, -1];
      for (const { step, kind, pitch, velocity } of momentsOf(notes, stepsPerBeat)) {
        if (!(pitch >= lowest && pitch <= highest)) {
          throw new GenaiError(
            `noteEvents.encode: got the pitch ${pitch}, expected ${lowest} to ${highest}. Widen lowest and highest, or leave the note out.`,
          );
        }
        for (; now < step; now += Math.min(shifts, step - now)) tokens.push(wait + Math.min(shifts, step - now) - 1);
        if (kind === 1 && velocities > 0 && binOf(velocity) !== bin) {
          bin = binOf(velocity);
          tokens.push(loudness + bin);
        }
        tokens.push((kind === 0 ? off : 0) + pitch - lowest);
      }
      return Int32Array.from(tokens);
    },
    decode: (tokens) => {
      const notes: Note[] = [];
      const sounding = new Map<number, Struck[]>();
      let now = 0;
      let velocity = velocities > 0 ? 80 : undefined; // as encodeMidi has it
      const release = (pitch: number, { step, velocity }: Struck): void => {
        const duration = Math.max(1, now - step) / stepsPerBeat;
        notes.push({ pitch, start: step / stepsPerBeat, duration, ...(velocity !== undefined && { velocity }) });
      };
      for (const token of Array.from(tokens)) {
        expectToken('noteEvents.decode', token, vocabulary);
        if (token >= loudness) velocity = velocityOf(token - loudness);
        else if (token >= wait) now += token - wait + 1;
        else {
          const pitch = pitchOf(token)!;
          const struck = sounding.get(pitch) ?? [];
          sounding.set(pitch, struck);
          if (token < off) struck.push({ step: now, velocity });
          else if (struck.length > 0) release(pitch, struck.shift()!);
        }
      }
      for (const [pitch, struck] of sounding) for (const note of struck) release(pitch, note);
      return notes.sort((a, b) => a.start - b.start || a.pitch - b.pitch);
    },
  };
}

type Struck = { readonly step: number; readonly velocity: number | undefined };

/** Kind 0 is a release, 1 a key struck. */
type Moment = { readonly step: number; readonly kind: 0 | 1; readonly pitch: number; readonly velocity: number };

/** At one step releases come first, then keys, each from below; of one key those that end first. */
function momentsOf(notes: Iterable<Note>, stepsPerBeat: number): Moment[] {
  return Array.from(notes, ({ pitch, start, duration, velocity = 80 }) => {
    const step = Math.round(start * stepsPerBeat);
    const end = Math.max(step + 1, Math.round((start + duration) * stepsPerBeat));
    if (step >= 0 && Number.isFinite(end)) return { step, end, pitch, velocity };
    throw new GenaiError(
      `noteEvents.encode: a note starts at ${start} and lasts ${duration} beats, expected 0 or more.`,
    );
  })
    .sort((a, b) => a.end - b.end)
    .flatMap(({ step, end, pitch, velocity }): Moment[] => [
      { step, kind: 1, pitch, velocity },
      { step: end, kind: 0, pitch, velocity },
    ])
    .sort((a, b) => a.step - b.step || a.kind - b.kind || a.pitch - b.pitch);
}
