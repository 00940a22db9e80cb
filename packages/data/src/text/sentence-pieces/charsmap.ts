import { GenaiError } from '@genai/core';

/**
 * SentencePiece's compiled map of characters, in base64, as a function of texts: again and again the longest beginning that has an entry
 * is replaced; a character without one stays.
 *
 * The file has the size of a trie, the trie as Darts' double array, and behind it the replacements, each ended by a zero.
 *
 * @throws GenaiError, in the name of `where`, if it is not such a map.
 * @source https://github.com/google/sentencepiece, normalizer.cc; https://github.com/s-yata/darts-clone, `commonPrefixSearch`.
 */
export function charsmap(where: string, base64: string): (text: string) => string {
  const bytes = bytesOf(where, base64);
  const size = bytes.length >= 4 ? new DataView(bytes.buffer).getUint32(0, true) : Number.NaN;
  if (!(size % 4 === 0 && size > 0 && size + 4 <= bytes.length)) fail(where);
  const trie = new Uint32Array(bytes.slice(4, 4 + size).buffer);
  const texts = bytes.subarray(4 + size);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const encoder = new TextEncoder();

  /** The longest entry that the bytes from `at` on begin with: its length, and where its replacement begins. */
  const longestAt = (text: Uint8Array, at: number): { length: number; from: number } | undefined => {
    let found: { length: number; from: number } | undefined;
    let node = offsetOf(trie[0]!);
    for (let i = at; i < text.length; i++) {
      node ^= text[i]!;
      const unit = trie[node];
      if (unit === undefined || (unit & LABEL) !== text[i]) break;
      node ^= offsetOf(unit);
      if (unit & HAS_LEAF) found = { length: i + 1 - at, from: (trie[node] ?? 0) & VALUE };
    }
    return found;
  };
  const replacements = new Map<number, Uint8Array>();
  const replacement = (from: number): Uint8Array => {
    let known = replacements.get(from);
    if (!known) {
      const end = texts.indexOf(0, from);
      known = texts.subarray(from, end < 0 ? texts.length : end);
      replacements.set(from, known);
    }
    return known;
  };
  return (text) => {
    const read = encoder.encode(text);
    const made: number[] = [];
    for (let at = 0; at < read.length; ) {
      const found = longestAt(read, at);
      if (found) for (const byte of replacement(found.from)) made.push(byte);
      const length = found?.length ?? lengthOf(read[at]!);
      if (!found) for (let i = at; i < Math.min(at + length, read.length); i++) made.push(read[i]!);
      at += length;
    }
    return decoder.decode(Uint8Array.from(made));
  };
}

function bytesOf(where: string, base64: string): Uint8Array<ArrayBuffer> {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return fail(where);
  }
}

/** Of a character in UTF-8, by its first byte. */
function lengthOf(first: number): number {
  return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & (1 << 9)) >>> 6);
}

function fail(where: string): never {
  throw new GenaiError(
    `${where}: precompiled_charsmap is no map of characters of SentencePiece in base64. Pass the file as it was saved.`,
  );
}

const HAS_LEAF: number = 1 << 8;
/** The lowest byte, and the highest bit, which values have. */
const LABEL: number = (1 << 31) | 0xff;
const VALUE = 0x7fffffff;
