import { expectIntegers, GenaiError } from '@genai/core';
import { finite } from './finite.js';
import type { KeyedConstraint } from './keyed-constraint.js';

export interface ScaleOptions {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** The scale, in semitones above its tonic, 0 to 11: {@link MAJOR}, {@link MINOR} or any other. */
  readonly scale: readonly number[];
  /** The pitch class of the tonic; 0, which is C, unless given. */
  readonly tonic?: number;
  /** The pitch of a token as in MIDI, 60 for the middle C; undefined for tokens that are no pitch, which may stand anywhere. */
  readonly pitch: (token: number) => number | undefined;
  /** Tokens that never follow, such as those that begin and end sequences. */
  readonly special?: readonly number[];
}

/**
 * Pitches of a scale, in any octave.
 *
 * @example
 * // D major, where a token is a pitch of MIDI.
 * const constraint = scaleConstraint({ vocabulary: 128, scale: MAJOR, tonic: 2, pitch: (token) => token });
 * constraint.allowed(constraint.start).mask[66]; // 1, F sharp
 * @throws GenaiError if the scale is empty or has other numbers than 0 to 11.
 */
export function scaleConstraint({
  vocabulary,
  scale,
  tonic = 0,
  pitch,
  special = [],
}: ScaleOptions): KeyedConstraint<number> {
  expectIntegers('scaleConstraint', { tonic }, 0);
  if (scale.length === 0 || scale.some((step) => !Number.isInteger(step) || step < 0 || step > 11)) {
    throw new GenaiError(
      `scaleConstraint: scale must be integers from 0 to 11, got [${scale}]. Give semitones above the tonic.`,
    );
  }
  const classes = new Set(scale.map((step) => (step + tonic) % 12));
  return finite({
    vocabulary,
    start: 0,
    next: (state, token) => {
      const height = pitch(token);
      return height === undefined || classes.has(modulo(height, 12)) ? state : undefined;
    },
    end: () => true,
    special,
  });
}

/** The major scale. */
export const MAJOR: readonly number[] = [0, 2, 4, 5, 7, 9, 11];

/** The natural minor scale. */
export const MINOR: readonly number[] = [0, 2, 3, 5, 7, 8, 10];

function modulo(a: number, b: number): number {
  return ((a % b) + b) % b;
}
