/** Music on a grid: what the piano roll shows, and the tokens of a model. */
import type { Note, VoiceEvents } from '@genai/data';

/** A note on the grid. */
export interface ScoreNote {
  /** 0 is the melody, the others lie below. */
  readonly voice: number;
  /** MIDI's number of the key. */
  readonly pitch: number;
  /** The step in which it begins, and how many it lasts. */
  readonly at: number;
  readonly length: number;
}

export type Score = readonly ScoreNote[];

/** The step after the last one that sounds. */
export function endOf(score: Score): number {
  return score.reduce((end, { at, length }) => Math.max(end, at + length), 0);
}

/** What falls into `[from, from + steps)`, moved to begin at 0; notes that reach beyond are cut. */
export function cutScore(score: Score, from: number, steps: number): ScoreNote[] {
  return score.flatMap((note) => {
    const at = Math.max(note.at, from);
    const end = Math.min(note.at + note.length, from + steps);
    return end > at ? [{ ...note, at: at - from, length: end - at }] : [];
  });
}

/**
 * The tokens of `steps` steps. Unlike `events.encode`, which knows only what sounds, it strikes a pitch again where a note begins:
 * tunes repeat notes.
 */
export function encodeScore(events: VoiceEvents, score: Score, steps: number, lead: number): Int32Array {
  const { voices, rest, hold } = events;
  const silence = Array.from({ length: voices }, () => new Array<undefined>(steps).fill(undefined));
  const tokens = events.encode(silence); // rests, and waits where a voice has no step
  const firstPitch = tokenOfPitch(events);
  for (const { voice, pitch, at, length } of score) {
    for (let step = at; step < at + length; step++) {
      const place = (step + (voice === 0 ? 0 : lead)) * voices + voice;
      if (tokens[place] !== rest && tokens[place] !== hold) continue; // beyond the end
      tokens[place] = step === at ? firstPitch(pitch) : hold;
    }
  }
  return tokens;
}

/** The notes of tokens; what holds nothing is a rest. */
export function decodeScore(events: VoiceEvents, tokens: ArrayLike<number>, steps: number, lead: number): ScoreNote[] {
  const { voices, hold } = events;
  const notes: ScoreNote[] = [];
  for (let voice = 0; voice < voices; voice++) {
    let sounding: { voice: number; pitch: number; at: number; length: number } | undefined;
    for (let step = 0; step < steps; step++) {
      const token = tokens[(step + (voice === 0 ? 0 : lead)) * voices + voice];
      if (token === undefined) break;
      if (token === hold) {
        if (sounding) sounding.length++;
        continue;
      }
      const pitch = events.pitchOf(token);
      sounding = pitch === undefined ? undefined : { voice, pitch, at: step, length: 1 };
      if (sounding) notes.push(sounding);
    }
  }
  return notes.sort((a, b) => a.at - b.at || a.voice - b.voice);
}

/** The notes in beats, each voice on a channel of its own. */
export function notesOfScore(score: Score, stepsPerBeat: number): Note[] {
  return score.map(({ voice, pitch, at, length }) => ({
    pitch,
    start: at / stepsPerBeat,
    duration: length / stepsPerBeat,
    channel: voice,
    velocity: voice === 0 ? 96 : 76, // the melody is to be heard
  }));
}

function tokenOfPitch({ vocabulary, pitchOf }: VoiceEvents): (pitch: number) => number {
  const tokens = new Map<number, number>();
  for (let token = 0; token < vocabulary; token++) {
    const pitch = pitchOf(token);
    if (pitch !== undefined) tokens.set(pitch, token);
  }
  return (pitch) => {
    const token = tokens.get(pitch);
    if (token === undefined) throw new Error(`The pitch ${pitch} has no token.`);
    return token;
  };
}
