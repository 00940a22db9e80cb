import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { DrawnSequence } from './drawn-sequence.js';
import type { TokenDecoder } from './token-decoder.js';

/** A token of one of several sequences. */
export type RowToken = { readonly row: number; readonly token: number };

/** One of several sequences that are drawn together. */
export interface DrawnRow<A> {
  readonly sequence: DrawnSequence<A>;
  /** The tokens it is fed before the first is drawn. */
  readonly fed: Int32Array;
}

/**
 * Draws sequences side by side: while some are fed what is left of their prompts, others draw already.
 *
 * `fed` tokens of each row are behind the decoder, whose logits, (rows, vocabulary), these gave. Rows that have ended are moved along
 * until they are half of all, then taken out: so there is a logarithm of shapes to record, not one for each row.
 */
export async function* drawRows<P extends Tree<Tensor>, S extends Tree<Tensor>, C, A>(
  decoder: TokenDecoder<P, S, C>,
  rows: readonly DrawnRow<A>[],
  fed: number,
  logits: Float32Array,
): AsyncGenerator<RowToken, void, void> {
  const told = rows.map(() => 0);
  let next = logits;
  let places = rows.map((_, row) => row); // which row stands where in the decoder
  const vocabulary = logits.length / rows.length;
  for (let behind = fed; ; behind++) {
    const tokens: number[] = [];
    for (const [place, row] of places.entries()) {
      const { sequence, fed } = rows[row]!;
      if (behind >= fed.length && !sequence.stopped) {
        sequence.draw(next.subarray(place * vocabulary, (place + 1) * vocabulary));
        for (; told[row]! < sequence.ready; told[row]!++) yield { row, token: sequence.tokens[told[row]!]! };
      }
      // What an ended row is fed does not matter.
      tokens.push(behind < fed.length ? fed[behind]! : (sequence.tokens.at(-1) ?? fed[0]!));
    }
    const alive = [...places.keys()].filter((place) => !rows[places[place]!]!.sequence.stopped);
    if (alive.length === 0) return;
    const kept = 2 * alive.length <= places.length ? alive : [...places.keys()];
    decoder.choose(kept);
    places = kept.map((place) => places[place]!);
    next = await decoder.advance(Int32Array.from(kept, (place) => tokens[place]!));
  }
}
