import { GenaiError } from '@genai/core';
import type { Chorale } from './chorales.js';
import type { Voices } from './voices.js';

export interface VoicesOfOptions {
  /**
   * Whether steps list soprano, alto, tenor and bass in this order, a voice that rests as −1 or not at all; voices may then cross.
   * Otherwise a step is a set: voices are told by pitch, and those that sing the same note are listed once. Default: whether in some
   * step of four the first pitch is above the last.
   */
  readonly listed?: boolean;
}

/**
 * Who sings what: four voices from the pitches of each step.
 *
 * A step that lists fewer than four pitches is shared out so that voices move least; in a set, two voices on one note are thought
 * likelier than a rest.
 *
 * @example
 * const [soprano, , , bass] = voicesOf(train[0]!);
 * @throws GenaiError if a step has more than four pitches.
 */
export function voicesOf(chorale: Chorale, { listed = listsVoices(chorale) }: VoicesOfOptions = {}): Voices {
  const voices: (number | undefined)[][] = [[], [], [], []];
  const last = middles(chorale, listed);
  for (const [t, step] of chorale.entries()) {
    if (step.length > 4) {
      throw new GenaiError(
        `voicesOf: step ${t} has ${step.length} pitches, expected at most 4. Use choraleNotes, which needs no voices.`,
      );
    }
    const now = listed ? listedStep(step, last) : setStep(step, last);
    for (const [v, pitch] of now.entries()) {
      voices[v]!.push(pitch);
      if (pitch !== undefined) last[v] = pitch;
    }
  }
  return voices as unknown as Voices;
}

function listsVoices(chorale: Chorale): boolean {
  return chorale.some((step) => step.length === 4 && step[0]! > step[3]!);
}

/** The mean pitch of each voice where all four are told: where it is thought to be before it begins. */
function middles(chorale: Chorale, listed: boolean): number[] {
  const full = chorale.filter((step) => step.length === 4 && step.every((pitch) => pitch >= 0));
  if (full.length === 0) return [71, 65, 59, 51]; // those of Bach's
  return [0, 1, 2, 3].map(
    (v) => full.reduce((sum, step) => sum + (listed ? step : fromAbove(step))[v]!, 0) / full.length,
  );
}

type Step = readonly (number | undefined)[];

function listedStep(step: readonly number[], last: readonly number[]): Step {
  if (step.length === 4) return step.map((pitch) => (pitch < 0 ? undefined : pitch));
  const sounding = step.filter((pitch) => pitch >= 0);
  return nearest(
    sharings(sounding.length, false).map((sharing) => sharing.map((i) => sounding[i])),
    last,
  );
}

function setStep(step: readonly number[], last: readonly number[]): Step {
  const pitches = fromAbove(step.filter((pitch) => pitch >= 0));
  if (pitches.length === 4) return pitches;
  return nearest(
    sharings(pitches.length, true).map((sharing) => sharing.map((i) => pitches[i])),
    last,
  );
}

function fromAbove(step: readonly number[]): number[] {
  return [...step].sort((a, b) => b - a);
}

/**
 * All ways to give `count` notes in order to four voices in order, as the note of each voice, or −1: every note has a voice, and
 * where `doubled` may have several.
 */
function sharings(count: number, doubled: boolean): number[][] {
  let ways: { readonly of: readonly number[]; readonly given: number }[] = [{ of: [], given: 0 }];
  for (let v = 0; v < 4; v++) {
    ways = ways.flatMap(({ of, given }) => [
      { of: [...of, -1], given },
      ...(given < count ? [{ of: [...of, given], given: given + 1 }] : []),
      ...(doubled && given > 0 ? [{ of: [...of, given - 1], given }] : []),
    ]);
  }
  return ways.filter(({ given }) => given === count).map(({ of }) => [...of]);
}

/** The step in which the voices move least in all; a rest counts as much as an octave. */
function nearest(steps: readonly Step[], last: readonly number[]): Step {
  const cost = (step: Step): number =>
    step.reduce<number>((sum, pitch, v) => sum + (pitch === undefined ? 12 : Math.abs(pitch - last[v]!)), 0);
  return steps.reduce((best, step) => (cost(step) < cost(best) ? step : best));
}
