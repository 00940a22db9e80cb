import { GenaiError } from '@genai/core';

/** What tokens of music mean: as much as a constraint on pitches or on the length of bars must know. */
export interface MusicTokens {
  /** How many tokens there are; they are numbered from 0. */
  readonly vocabulary: number;
  /** A token in words, as `'on 60'`. */
  readonly meaningOf: (token: number) => string;
  /** The pitch that a token names, 0 to 127; undefined if none. */
  readonly pitchOf: (token: number) => number | undefined;
  /** How much time passes with a token, in the unit that the tokenizer says; undefined if none. */
  readonly durationOf: (token: number) => number | undefined;
  /** The same music `semitones` higher, on tokens. */
  readonly transpose: (tokens: ArrayLike<number>, semitones: number) => Int32Array;
}

/** Tokens whose pitches are moved: those of one kind are numbered as their pitches are. */
export function transposeTokens(
  where: string,
  tokens: ArrayLike<number>,
  semitones: number,
  { pitchOf, lowest, highest }: Pick<MusicTokens, 'pitchOf'> & { readonly lowest: number; readonly highest: number },
): Int32Array {
  if (!Number.isInteger(semitones)) throw new GenaiError(`${where}: semitones must be an integer, got ${semitones}.`);
  return Int32Array.from(tokens, (token) => {
    const pitch = pitchOf(token);
    if (pitch === undefined) return token;
    if (pitch + semitones >= lowest && pitch + semitones <= highest) return token + semitones;
    throw new GenaiError(
      `${where}: ${semitones} semitones take the pitch ${pitch} out of ${lowest} to ${highest}. Transpose by less, or widen lowest and highest.`,
    );
  });
}

/** Checks that a token is one of the vocabulary. */
export function expectToken(where: string, token: number, vocabulary: number): void {
  if (Number.isInteger(token) && token >= 0 && token < vocabulary) return;
  throw new GenaiError(`${where}: got the token ${token}, expected an integer from 0 to ${vocabulary - 1}.`);
}

/** Checks a range of pitches. */
export function expectPitches(where: string, lowest: number, highest: number): void {
  if (Number.isInteger(lowest) && Number.isInteger(highest) && 0 <= lowest && lowest <= highest && highest <= 127)
    return;
  throw new GenaiError(
    `${where}: lowest and highest must be integers, 0 ≤ lowest ≤ highest ≤ 127, got ${lowest} and ${highest}.`,
  );
}
