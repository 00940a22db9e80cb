import { GenaiError } from '@genai/core';

/** What matters here of a note, such as those of `@genai/data`; times are in beats. */
export interface Note {
  /** MIDI's number of the key, 0 to 127; 60 is the middle C. */
  readonly pitch: number;
  /** When it begins, in beats from the beginning of the piece. */
  readonly start: number;
  /** How long it sounds, in beats. */
  readonly duration: number;
}

/** @throws GenaiError unless there is a note at least, and all are numbers that make sense. */
export function expectNotes(where: string, notes: readonly Note[]): void {
  if (notes.length === 0) throw new GenaiError(`${where}: there are no notes. Pass a piece with one at least.`);
  for (const [i, { pitch, start, duration }] of notes.entries()) {
    if (Number.isInteger(pitch) && start >= 0 && Number.isFinite(start) && duration >= 0 && Number.isFinite(duration))
      continue;
    throw new GenaiError(
      `${where}: note ${i} has pitch ${pitch}, start ${start} and duration ${duration}, expected an integer and two finite numbers of at least 0.`,
    );
  }
}

/** A time to the nearest of 960 parts of a beat, so that rounding does not part what begins together. */
export function ticks(beats: number): number {
  return Math.round(beats * 960);
}

/** 0 for C to 11 for B. */
export function classOf(pitch: number): number {
  return ((pitch % 12) + 12) % 12;
}
