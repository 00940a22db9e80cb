import { GenaiError } from '@genai/core';
import { expectInteger } from '../expect.js';
import { expectPitches, expectToken, type MusicTokens, transposeTokens } from './music-tokens.js';
import type { Voice } from './voices.js';

export interface VoiceEventsOptions {
  /** The lowest and the highest pitch; 36 and 81 unless given, those of Bach's chorales. */
  readonly lowest?: number;
  readonly highest?: number;
  /** How many voices there are; 4 unless given. */
  readonly voices?: number;
  /** Lets a voice, 0 for the soprano, run so many steps ahead of the others; together unless given. */
  readonly lead?: { readonly voice: number; readonly steps: number };
}

/** A tokenizer of voices. `durationOf` counts tokens: 1 each, of which `voices` make a step. */
export interface VoiceEvents extends MusicTokens {
  readonly voices: number;
  /** The voice rests. */
  readonly rest: number;
  /** The voice stays on its pitch. */
  readonly hold: number;
  /** The voice has no step yet, or none any more, since another leads. */
  readonly wait: number;
  /** The music is over. `encode` does not give it. */
  readonly end: number;
  /** The tokens of voices of one length, voice after voice at each step: voices · (length + lead) of them. */
  readonly encode: (voices: readonly Voice[]) => Int32Array;
  /** The voices of any tokens, up to the end or the last whole step. */
  readonly decode: (tokens: ArrayLike<number>) => Voice[];
  /** The voice whose token stands at this place of a sequence. */
  readonly voiceAt: (place: number) => number;
}

/**
 * Voices in turn, from the highest at each step: a new pitch, a hold or a rest.
 *
 * Where one voice leads, the others are that much later, so that a model that is to sing them to a given melody has heard how it goes
 * on. Tokens are `rest`, `hold`, `wait`, `end`, then the pitches; voices come back exactly.
 *
 * @example
 * const events = voiceEvents({ lead: { voice: 0, steps: 4 } });
 * const tokens = events.encode(voicesOf(train[0]!));
 * const notes = voiceNotes(events.decode(tokens));
 * @throws GenaiError if an option is out of range; `encode` if voices differ in length or number, or a pitch is out of range.
 * @source Liang et al. 2017, "Automatic stylistic composition of Bach chorales with deep LSTM", section 3.1 (voices in turn);
 * Hadjeres et al. 2017, "DeepBach: a steerable model for Bach chorales generation", section 2.1 (the hold).
 */
export function voiceEvents({
  lowest = 36,
  highest = 81,
  voices: count = 4,
  lead = { voice: 0, steps: 0 },
}: VoiceEventsOptions = {}): VoiceEvents {
  expectPitches('voiceEvents', lowest, highest);
  expectInteger('voiceEvents', 'voices', count, 1);
  expectInteger('voiceEvents', 'lead.steps', lead.steps, 0);
  if (!(Number.isInteger(lead.voice) && lead.voice >= 0 && lead.voice < count)) {
    throw new GenaiError(`voiceEvents: lead.voice must be an integer from 0 to ${count - 1}, got ${lead.voice}.`);
  }
  const vocabulary = FIRST + highest - lowest + 1;
  const delayOf = (voice: number): number => (voice === lead.voice ? 0 : lead.steps);
  const pitchOf = (token: number): number | undefined =>
    token >= FIRST && token < vocabulary ? lowest + token - FIRST : undefined;
  const tokenOf = (voice: Voice, step: number, v: number): number => {
    const pitch = voice[step];
    if (step < 0 || step >= voice.length) return WAIT;
    if (pitch === undefined) return REST;
    if (step > 0 && pitch === voice[step - 1]) return HOLD;
    if (Number.isInteger(pitch) && pitch >= lowest && pitch <= highest) return FIRST + pitch - lowest;
    throw new GenaiError(
      `voiceEvents.encode: voice ${v} has the pitch ${pitch} at step ${step}, expected ${lowest} to ${highest}. Widen lowest and highest, or transpose.`,
    );
  };
  return {
    vocabulary,
    voices: count,
    rest: REST,
    hold: HOLD,
    wait: WAIT,
    end: END,
    pitchOf,
    durationOf: (token) => (token >= 0 && token < vocabulary && token !== END ? 1 : undefined),
    voiceAt: (place) => place % count,
    meaningOf: (token) => {
      expectToken('voiceEvents.meaningOf', token, vocabulary);
      return NAMES[token] ?? `pitch ${pitchOf(token)}`;
    },
    transpose: (tokens, semitones) =>
      transposeTokens('voiceEvents.transpose', tokens, semitones, { pitchOf, lowest, highest }),
    encode: (voices) => {
      const length = voices[0]?.length ?? 0;
      if (voices.length !== count || voices.some((voice) => voice.length !== length)) {
        throw new GenaiError(
          `voiceEvents.encode: got voices of [${voices.map((voice) => voice.length).join(', ')}] steps, expected ${count} of one length.`,
        );
      }
      return Int32Array.from({ length: count * (length + lead.steps) }, (_, place) => {
        const v = place % count;
        return tokenOf(voices[v]!, Math.floor(place / count) - delayOf(v), v);
      });
    },
    decode: (tokens) => {
      const end = Array.prototype.indexOf.call(tokens, END);
      const steps = Math.floor((end < 0 ? tokens.length : end) / count);
      return Array.from({ length: count }, (_, v) => {
        const voice: (number | undefined)[] = [];
        for (let step = 0; step < steps - lead.steps; step++) {
          const token = tokens[(step + delayOf(v)) * count + v]!;
          expectToken('voiceEvents.decode', token, vocabulary);
          voice.push(token === HOLD ? voice.at(-1) : pitchOf(token));
        }
        return voice;
      });
    },
  };
}

const NAMES = ['rest', 'hold', 'wait', 'end'];
const [REST, HOLD, WAIT, END, FIRST] = [0, 1, 2, 3, 4];
