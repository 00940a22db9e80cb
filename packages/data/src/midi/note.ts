/** A note of music; times are in beats, quarter notes, so that they do not depend on the tempo. */
export interface Note {
  /** MIDI's number of the key, 0 to 127; 60 is the middle C, 12 an octave. */
  readonly pitch: number;
  /** When it begins, in beats. */
  readonly start: number;
  /** How long it sounds, in beats. */
  readonly duration: number;
  /** How hard it is struck, 1 to 127. */
  readonly velocity?: number;
  /** Who plays it, 0 to 15; 9 is percussion. */
  readonly channel?: number;
  /** On what, 0 to 127 of General MIDI; 0 is a piano. */
  readonly program?: number;
}
