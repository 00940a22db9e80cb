import type { CodePoints } from './code-points.js';

/** One byte of a character: any from `from` to `to`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The UTF-8 encodings of the set: lists of one to four ranges of bytes, disjoint. A character is in the set if, and only if, its
 * bytes lie in the ranges of one of the lists. Surrogates have no encoding and are left out.
 *
 * @source Pike and Thompson 1993, "Hello world" (UTF-8); the split into ranges as Cox 2010, "Regular expression matching in the wild".
 */
export function utf8Ranges(set: CodePoints): ByteRange[][] {
  const lists: ByteRange[][] = [];
  for (const [from, to] of set) {
    for (const [first, last] of SAME_LENGTH) {
      if (from <= last && to >= first) split(Math.max(from, first), Math.min(to, last), lists);
    }
  }
  return lists;
}

/** Cuts from…to into parts whose encodings are a product of ranges of bytes: those in which all bytes after the first that differs vary fully. */
function split(from: number, to: number, lists: ByteRange[][]): void {
  const length = encode(from).length;
  for (let i = 1; i < length; i++) {
    const low = 2 ** (6 * i) - 1; // the bits of the last i bytes
    if ((from & ~low) === (to & ~low)) continue;
    if ((from & low) !== 0) {
      split(from, from | low, lists);
      split((from | low) + 1, to, lists);
      return;
    }
    if ((to & low) !== low) {
      split(from, (to & ~low) - 1, lists);
      split(to & ~low, to, lists);
      return;
    }
  }
  const last = encode(to);
  lists.push(encode(from).map((byte, i) => ({ from: byte, to: last[i]! })));
}

function encode(point: number): number[] {
  if (point < 0x80) return [point];
  const tail = (shift: number): number => 0x80 | ((point >> shift) & 0x3f);
  if (point < 0x800) return [0xc0 | (point >> 6), tail(0)];
  if (point < 0x10000) return [0xe0 | (point >> 12), tail(6), tail(0)];
  return [0xf0 | (point >> 18), tail(12), tail(6), tail(0)];
}

/** Code points whose encodings are of one length, without the surrogates. */
const SAME_LENGTH = [
  [0, 0x7f],
  [0x80, 0x7ff],
  [0x800, 0xd7ff],
  [0xe000, 0xffff],
  [0x10000, 0x10ffff],
] as const;
