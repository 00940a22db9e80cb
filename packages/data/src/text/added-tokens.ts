import { GenaiError } from '@genai/core';
import { recordOf } from './tokenizer-description.js';

/** A token that was added to a vocabulary by name. */
export type AddedToken = {
  readonly name: string;
  readonly token: number;
  /** A mark between texts; the names of others always become their tokens. */
  readonly special: boolean;
  /** It takes the white space before it, or behind it, with it. */
  readonly takesBefore: boolean;
  readonly takesBehind: boolean;
};

/** The added tokens of a parsed `tokenizer.json`. @throws GenaiError, in the name of `where`, that names the place. */
export function addedTokensOf(where: string, listed: unknown): readonly AddedToken[] {
  const fail = (place: string, expected: string, got: unknown): never => {
    throw new GenaiError(
      `${where}: added_tokens${place} is not ${expected} (got ${JSON.stringify(got)}). Pass a tokenizer.json of Hugging Face.`,
    );
  };
  if (listed === undefined || listed === null) return [];
  if (!Array.isArray(listed)) return fail('', 'a list', listed);
  const names = new Set<unknown>();
  const numbers = new Set<unknown>();
  return listed.map((given: unknown, i) => {
    const { content, id, special = false, lstrip, rstrip, single_word } = recordOf(given);
    if (typeof content !== 'string' || content === '' || names.has(content))
      return fail(`[${i}].content`, 'a name of its own', content);
    if (!Number.isSafeInteger(id) || (id as number) < 0 || numbers.has(id))
      return fail(`[${i}].id`, 'a number of its own', id);
    if (single_word) return fail(`[${i}].single_word`, 'off, the only setting that can be read', single_word);
    names.add(content);
    numbers.add(id);
    const takes = { takesBefore: Boolean(lstrip), takesBehind: Boolean(rstrip) };
    return { name: content, token: id as number, special: Boolean(special), ...takes };
  });
}

/**
 * A text cut at the names of added tokens into texts, none empty, and numbers of tokens. Of names that begin at one place the longest
 * counts. Names of special ones stay text unless `special` is true.
 *
 * All names are found in the text as it is, also those that a file wants to be found after its normalisation.
 */
export function splitterOf(added: readonly AddedToken[]): (text: string, special: boolean) => (string | number)[] {
  const root = trieOf(added);
  return (text, special) => {
    const pieces: (string | number)[] = [];
    let end = 0; // of what has been cut off
    for (let at = 0; at < text.length; ) {
      const found = longestAt(root, text, at);
      if (!found) {
        at++;
        continue;
      }
      const { name, token, takesBefore, takesBehind } = found;
      const behind = at + name.length;
      if (special || !found.special) {
        const before = takesBefore ? spaceBefore(text, at, end) : at;
        if (before > end) pieces.push(text.slice(end, before));
        pieces.push(token);
        end = takesBehind ? spaceBehind(text, behind) : behind;
      }
      at = Math.max(behind, end);
    }
    if (end < text.length) pieces.push(text.slice(end));
    return pieces;
  };
}

/** Names by their UTF-16 units, so that a thousand of them cost no more than one. */
type Trie = { readonly next: Map<number, Trie>; found?: AddedToken };

function trieOf(added: readonly AddedToken[]): Trie {
  const root: Trie = { next: new Map() };
  for (const one of added) {
    let node = root;
    for (let i = 0; i < one.name.length; i++) {
      const unit = one.name.charCodeAt(i);
      const next = node.next.get(unit) ?? { next: new Map() };
      node.next.set(unit, next);
      node = next;
    }
    node.found = one;
  }
  return root;
}

function longestAt(root: Trie, text: string, at: number): AddedToken | undefined {
  let found: AddedToken | undefined;
  let node = root.next.get(text.charCodeAt(at));
  for (let i = at + 1; node; i++) {
    found = node.found ?? found;
    node = i < text.length ? node.next.get(text.charCodeAt(i)) : undefined;
  }
  return found;
}

function spaceBefore(text: string, at: number, end: number): number {
  let before = at;
  while (before > end && SPACE.test(text[before - 1]!)) before--;
  return before;
}

function spaceBehind(text: string, at: number): number {
  let behind = at;
  while (behind < text.length && SPACE.test(text[behind]!)) behind++;
  return behind;
}

const SPACE = /\p{White_Space}/u;
