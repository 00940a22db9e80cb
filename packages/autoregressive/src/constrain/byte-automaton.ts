/**
 * A language of byte strings, read one byte at a time: what {@link constrain} lifts to the tokens of a vocabulary.
 *
 * It works on bytes and not on characters, for the tokens of byte-pair encodings may hold a part of a character.
 *
 * @typeParam A - the state; immutable.
 */
export interface ByteAutomaton<A> {
  readonly start: A;
  /** The state after one more byte, 0 to 255; undefined if no string of the language goes on so. */
  readonly next: (state: A, byte: number) => A | undefined;
  /** Whether what was read is a string of the language. */
  readonly accepting: (state: A) => boolean;
  /** States of equal keys have equal futures: what is known of one is known of the other. */
  readonly key: (state: A) => string | number;
  /** A lower bound of the number of bytes that complete the string. Searches for a completion go where it is least. */
  readonly shortest?: (state: A) => number;
  /**
   * The automaton of those strings that use only the bytes b of `alphabet[b] === 1`, in which every state that can be reached, but
   * for the start of an empty language, can be completed with them.
   */
  readonly within?: (alphabet: Uint8Array) => ByteAutomaton<A>;
}
