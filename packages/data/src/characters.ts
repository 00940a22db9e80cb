import { GenaiError } from '@genai/core';

/** Text to numbers and back. */
export interface Tokenizer {
  /** How many tokens there are; they are numbered from 0. */
  readonly vocabulary: number;
  /** The tokens of a text. */
  readonly encode: (text: string) => Int32Array;
  /** The text of tokens. */
  readonly decode: (tokens: ArrayLike<number>) => string;
}

/** A tokenizer whose tokens are characters. */
export interface Characters extends Tokenizer {
  /** The characters in the order of their numbers. `characters(alphabet)` makes the same tokenizer again. */
  readonly alphabet: string;
}

/**
 * A vocabulary of the distinct characters (Unicode code points) of a text, in the order of their code points.
 *
 * @example
 * const { vocabulary, encode, decode } = characters('hello'); // vocabulary 4: e h l o
 * decode(encode('hole')); // 'hole'
 * @throws GenaiError if the text is empty; `encode` if a character is not in the vocabulary; `decode` if a token is not.
 */
export function characters(text: string): Characters {
  const list = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  if (list.length === 0) throw new GenaiError('characters: the text is empty. Pass the text the model is to learn.');
  const numbers = new Map(list.map((character, i) => [character, i]));
  return {
    vocabulary: list.length,
    alphabet: list.join(''),
    encode: (given) => {
      const tokens = new Int32Array(given.length);
      let count = 0;
      for (const character of given) {
        const token = numbers.get(character);
        if (token === undefined) {
          throw new GenaiError(
            `characters.encode: ${JSON.stringify(character)}, character ${count} of the text, is not among the ${list.length} of the vocabulary. Make the vocabulary from a text that has it, or leave it out.`,
          );
        }
        tokens[count++] = token;
      }
      return tokens.slice(0, count);
    },
    decode: (tokens) => {
      const parts = Array.from(tokens, (token, i) => {
        const character = list[token];
        if (character === undefined) {
          throw new GenaiError(
            `characters.decode: token ${token} at ${i} is outside the vocabulary of ${list.length} (0 to ${list.length - 1}).`,
          );
        }
        return character;
      });
      return parts.join('');
    },
  };
}
