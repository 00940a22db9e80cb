import { GenaiError } from '@genai/core';
import { characters } from '../characters.js';
import { bytePairsOf } from './byte-pairs.js';
import { bytes } from './bytes.js';
import type { TextTokenizer } from './text-tokenizer.js';
import { describedTokenizer, type TokenizerDescription } from './tokenizer-description.js';
import { withSpecial } from './with-special.js';
import { wordPattern } from './words-of.js';

/**
 * The tokenizer of which `description` is the `toJSON`; what it is given is checked.
 *
 * A word pattern in it is not run, since a foreign pattern may take for ever: pass the pattern that the tokenizer was trained with.
 *
 * @example
 * const tokenizer = tokenizerFrom(JSON.parse(text));
 * @throws GenaiError that names the place, where the description is not one, or if it has a pattern that was not passed.
 */
export function tokenizerFrom(description: unknown, { pattern }: { readonly pattern?: RegExp } = {}): TextTokenizer {
  const checked = describedTokenizer('tokenizerFrom', description);
  if (checked.kind === 'bytes') return bytes(checked);
  if (checked.kind === 'characters') {
    const known = characters(checked.alphabet);
    if (known.alphabet === checked.alphabet) return withSpecial(known, checked.special);
    throw new GenaiError('tokenizerFrom: alphabet is not in the order of its code points. Pass what a tokenizer gave.');
  }
  expectPattern(checked.pattern, pattern);
  return bytePairsOf('tokenizerFrom', { ...checked, pattern: checked.pattern && pattern });
}

function expectPattern(
  described: (TokenizerDescription & { kind: 'byte-pairs' })['pattern'],
  given: RegExp | undefined,
): void {
  if (!described) return;
  const own = given && wordPattern(given);
  if (own?.source === described.source && own.flags === described.flags) return;
  throw new GenaiError(
    `tokenizerFrom: words are found by the pattern /${described.source}/${described.flags}, ${own ? `got ${own}` : 'which is not run unless you pass it'}. Pass it as \`pattern\` if you trust it.`,
  );
}
