import { GenaiError } from '@genai/core';
import { recordOf } from '../tokenizer-description.js';
import { SPACE } from './sentence-pieces.js';

/** What a `tokenizer.json` does with spaces before its model. */
export type Spaces = {
  /** One is put before a text. */
  readonly prefixed: boolean;
  /** Several become one, and those around a text go. */
  readonly collapsed: boolean;
  /** A text is split into words first. */
  readonly split: boolean;
  /** SentencePiece's map of characters, in base64. */
  readonly charsmap: string | undefined;
};

/**
 * What the normalizer and the pre-tokenizer of a `tokenizer.json` do, where that is what SentencePiece does: an optional map of
 * characters, spaces collapsed or not, one before the text or not, U+2581 for each.
 *
 * @throws GenaiError, in the name of `where`, for a step that is another, or if spaces stay spaces.
 */
export function spacesOf(where: string, json: unknown): Spaces {
  const { normalizer, pre_tokenizer, model } = recordOf(json);
  const found = { prefixed: false, collapsed: false, split: false, charsmap: undefined as string | undefined };
  let written = false; // as U+2581
  const refuse = (place: string, step: unknown): never => {
    throw new GenaiError(
      `${where}: the ${place} ${JSON.stringify(step)?.slice(0, 80)} is none that SentencePiece has. Only tokenizers of SentencePiece can be read.`,
    );
  };
  for (const step of stepsOf(normalizer, 'normalizers')) {
    const { type, prepend, content, pattern, precompiled_charsmap, strip_left, strip_right } = step;
    const { String: from, Regex: regex } = recordOf(pattern);
    if (type === 'Prepend' && prepend === SPACE) found.prefixed = true;
    else if (type === 'Replace' && from === ' ' && content === SPACE) written = true;
    else if (type === 'Replace' && regex === ' {2,}' && (content === ' ' || content === SPACE)) found.collapsed = true;
    else if (type === 'Strip' && (strip_left || strip_right)) found.collapsed = true;
    else if (type === 'Precompiled' && typeof precompiled_charsmap === 'string') found.charsmap = precompiled_charsmap;
    else refuse('normalizer', step);
  }
  for (const step of stepsOf(pre_tokenizer, 'pretokenizers')) {
    const { type, pattern, replacement = SPACE, add_prefix_space = true, split = true } = step;
    const { prepend_scheme = add_prefix_space ? 'always' : 'never' } = step;
    // Splits at spaces, which are none any more, as in Gemma's files.
    if (type === 'Split' && recordOf(pattern).String === ' ' && written) continue;
    if (type === 'WhitespaceSplit') {
      found.collapsed = true;
      found.split = true;
      continue;
    }
    if (type !== 'Metaspace' || replacement !== SPACE) return refuse('pre_tokenizer', step);
    written = true;
    found.prefixed ||= prepend_scheme !== 'never';
    found.split ||= Boolean(split);
  }
  if (!written) refuse('pre_tokenizer', pre_tokenizer ?? null);
  if (found.split && recordOf(model).type !== 'Unigram') refuse('pre_tokenizer', pre_tokenizer);
  return found;
}

function stepsOf(part: unknown, list: string): ReturnType<typeof recordOf>[] {
  if (part === null || part === undefined) return [];
  const { type, [list]: steps } = recordOf(part);
  return (type === 'Sequence' && Array.isArray(steps) ? steps : [part]).map(recordOf);
}
