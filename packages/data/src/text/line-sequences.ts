import { GenaiError } from '@genai/core';
import type { Tokenizer } from '../characters.js';
import type { Dataset } from '../dataset.js';
import { expectInteger } from '../expect.js';
import { type MaskedElements, maskedRows } from './masked-rows.js';

export interface LineSequencesOptions {
  /** Tokens in a row, marks included; those of the longest line unless given. */
  readonly length?: number;
  /** A token that stands before each line and is not to be predicted. Leave it out for a model that begins by itself. */
  readonly begin?: number;
  /** A token that ends each line, so that a model learns when to stop. */
  readonly end?: number;
}

/**
 * Lines as sequences of one length, such as names: `begin`, the tokens of the line, `end`, then filling. `elements` (batch, length) int32
 * and `mask` (batch, length) float32, 1 on the line and its end.
 *
 * The marks may be tokens of the tokenizer, special or not, or numbers behind its vocabulary.
 *
 * @example
 * const names = lines(await textFile('names.txt'));
 * const tokenizer = characters(names.join(''));
 * const data = lineSequences(names, tokenizer, { end: tokenizer.vocabulary }); // a model of vocabulary + 1 tokens
 * @throws GenaiError if there is no line, or one is longer than `length`.
 */
export function lineSequences(
  lines: readonly string[],
  tokenizer: Tokenizer,
  { length, begin, end }: LineSequencesOptions = {},
): Dataset<MaskedElements> {
  for (const [name, token] of Object.entries({ begin, end })) {
    if (token !== undefined) expectInteger('lineSequences', name, token, 0);
  }
  if (length !== undefined) expectInteger('lineSequences', 'length', length, 1);
  const [before, after] = [begin === undefined ? [] : [begin], end === undefined ? [] : [end]];
  const rows = lines.map((line) => {
    const tokens = Int32Array.from([...before, ...tokenizer.encode(line), ...after]);
    return { tokens, mask: new Uint8Array(tokens.length).fill(1).fill(0, 0, before.length) };
  });
  const longest = rows.reduce((most, { tokens }) => Math.max(most, tokens.length), 0);
  if (longest === 0) throw new GenaiError('lineSequences: there are no lines. Pass at least one that is not empty.');
  const width = length ?? longest;
  const tooLong = rows.findIndex(({ tokens }) => tokens.length > width);
  if (tooLong >= 0) {
    throw new GenaiError(
      `lineSequences: line ${tooLong} has ${rows[tooLong]!.tokens.length} tokens with its marks, the length is ${width}. Leave long lines out, or pass a length of ${longest}.`,
    );
  }
  return maskedRows(rows, width);
}
