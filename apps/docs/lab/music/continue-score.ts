import { finite, generate, type TokenConstraint, type TokenModel } from '@genai/autoregressive';
import type { Key, Tree } from '@genai/core';
import { type MusicKey, scaleOf, type VoiceEvents } from '@genai/data';
import type { Tensor } from '@tensorflow/tfjs-core';
import { decodeScore, encodeScore, endOf, type Score } from './score.js';
import { lengthOf, type Style } from './style.js';

/** What the page asks for. */
export interface Continuing {
  readonly melody: Score;
  /** Only notes of its scale are drawn; any where there is none. */
  readonly key?: MusicKey | undefined;
  readonly temperature: number;
  /** The same number, seed and parameters give the same music. */
  readonly number: number;
}

/** Who makes the music. */
export interface Composer<P, S> {
  readonly model: TokenModel<P, S>;
  readonly params: P;
  readonly events: VoiceEvents;
  readonly style: Style;
}

/**
 * Goes on with a melody to the end of the roll, and sings the other voices below all of it.
 *
 * What is given is a constraint like any other: at its places there is one token that may stand.
 */
export async function continueScore<P extends Tree<Tensor>, S extends Tree<Tensor>>(
  { model, params, events, style }: Composer<P, S>,
  { melody, key, temperature }: Omit<Continuing, 'number'>,
  drawKey: Key,
): Promise<Score> {
  const constraint = constraintOf(events, style, melody, key);
  const { tokens } = await generate(model, params, {
    constraint,
    temperature,
    key: drawKey,
    steps: lengthOf(style),
  }).result;
  return decodeScore(events, tokens, style.steps, style.lead);
}

/** Whole pieces that begin with the melody, in a key. The state is the place. */
function constraintOf(
  events: VoiceEvents,
  style: Style,
  melody: Score,
  key: MusicKey | undefined,
): TokenConstraint<number> {
  const { vocabulary, wait, end, rest, hold, voiceAt, pitchOf } = events;
  const length = lengthOf(style);
  const given = encodeScore(events, melody, style.steps, style.lead);
  const told = endOf(melody);
  const scale = key && new Set(scaleOf(key));
  const stepAt = (place: number): number => Math.floor(place / events.voices) - (voiceAt(place) === 0 ? 0 : style.lead);
  const isGiven = (place: number): boolean => given[place] === wait || (voiceAt(place) === 0 && stepAt(place) < told);
  const mayStand = (place: number, token: number): boolean => {
    if (isGiven(place)) return token === given[place];
    if (token === wait || token === end || (token === rest && !style.rests)) return false;
    // What the model adds to the melody begins with a note of its own, and nothing is held before there is something.
    if (token === hold) return stepAt(place) > (voiceAt(place) === 0 ? told : 0);
    const pitch = pitchOf(token);
    return pitch === undefined || !scale || scale.has(pitch % 12);
  };
  return finite<number>({
    vocabulary,
    start: 0,
    next: (place, token) => (place < length && mayStand(place, token) ? place + 1 : undefined),
    end: (place) => place === length,
  });
}
