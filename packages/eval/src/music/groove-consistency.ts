import { expectIntegers, GenaiError } from '@genai/core';
import { expectNotes, type Note } from './note.js';

export interface BarOptions {
  /** How many beats a bar has; 4 unless given. */
  readonly beatsPerBar?: number;
}

export interface GrooveConsistencyOptions extends BarOptions {
  /** How finely beginnings are told apart; 4 steps a beat unless given. */
  readonly stepsPerBeat?: number;
}

/**
 * How alike the rhythms of bars that follow each other are: 1 less the mean share of steps at which notes begin in one and not in the next. 1 is one
 * rhythm throughout.
 *
 * @example
 * grooveConsistency(notes, { beatsPerBar: 3 }); // 0.97
 * @throws GenaiError if there are no notes, fewer than two bars, or a number is no integer of at least 1.
 * @source Wu and Yang 2020, "The Jazz Transformer on the front line" (GS); `groove_consistency` of MusPy.
 */
export function grooveConsistency(
  notes: readonly Note[],
  { beatsPerBar = 4, stepsPerBeat = 4 }: GrooveConsistencyOptions = {},
): number {
  const where = 'grooveConsistency';
  expectIntegers(where, { beatsPerBar, stepsPerBeat });
  expectNotes(where, notes);
  const steps = beatsPerBar * stepsPerBeat;
  const onsets = new Set(notes.map(({ start }) => Math.round(start * stepsPerBeat)));
  const bars = barsOf(notes, beatsPerBar);
  if (bars < 2) throw new GenaiError(`${where}: the piece has ${bars} bar, expected at least two. Pass a longer one.`);
  let changes = 0;
  for (let step = 0; step < (bars - 1) * steps; step++) if (onsets.has(step) !== onsets.has(step + steps)) changes++;
  return 1 - changes / (steps * (bars - 1));
}

/** How many bars a piece has, from beat 0 to its last end. */
export function barsOf(notes: readonly Note[], beatsPerBar: number): number {
  const end = notes.reduce((last, { start, duration }) => Math.max(last, start + duration), 0);
  return Math.max(1, Math.ceil(end / beatsPerBar - 1e-6));
}
