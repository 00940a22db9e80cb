/** A key of music. */
export interface MusicKey {
  /** The pitch class of its first degree, 0 to 11: C is 0. */
  readonly tonic: number;
  readonly mode: 'major' | 'minor';
}

/**
 * How a key is written.
 *
 * @example
 * keyName({ tonic: 10, mode: 'major' }); // 'Bb major'
 */
export function keyName({ tonic, mode }: MusicKey): string {
  return `${(mode === 'major' ? MAJOR_NAMES : MINOR_NAMES)[tonic]} ${mode}`;
}

/**
 * The pitch classes of a key in ascending order from its tonic; for minor the natural scale and the leading note, which cadences raise.
 *
 * @example
 * scaleOf({ tonic: 9, mode: 'minor' }); // [9, 11, 0, 2, 4, 5, 7, 8]
 */
export function scaleOf({ tonic, mode }: MusicKey): number[] {
  const degrees = mode === 'major' ? [0, 2, 4, 5, 7, 9, 11] : [0, 2, 3, 5, 7, 8, 10, 11];
  return degrees.map((degree) => (tonic + degree) % 12);
}

const MAJOR_NAMES = ['C', 'Db', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B'];
const MINOR_NAMES = ['C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'G#', 'A', 'Bb', 'B'];
