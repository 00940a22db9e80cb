import { expectInteger } from '../expect.js';
import { markovChain, type TokenToy } from './markov-chain.js';

/**
 * Runs of `length` tokens that count upwards and around from a random start: 1 2 0 1 2 …. The entropy of a run is
 * log `vocabulary`, all of it in the first token.
 *
 * @example
 * cycle({ vocabulary: 3, length: 8 }).entropy; // log 3 = 1.0986 nats
 */
export function cycle({ vocabulary, length }: { readonly vocabulary: number; readonly length: number }): TokenToy {
  expectInteger('cycle', 'vocabulary', vocabulary, 1);
  const transitions = Array.from({ length: vocabulary }, (_, i) =>
    Array.from({ length: vocabulary }, (_, j) => (j === (i + 1) % vocabulary ? 1 : 0)),
  );
  return markovChain({ transitions, length });
}
