import { GenaiError } from '@genai/core';
import { isDangerousName } from './safetensors-dtype.js';

/** What the header of a safetensors file says of one tensor. */
export interface HeaderEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/**
 * Reads the JSON of a safetensors header in one pass.
 *
 * Not `JSON.parse`: that hides names that stand twice, takes 1e3 and 1.0 for whole numbers, and spends twenty times the
 * header's size on one made to fill the memory. Only what the format allows is taken here.
 *
 * @throws GenaiError at the first character that does not fit.
 */
export function parseHeader(
  text: string,
  where: string,
): { entries: Map<string, HeaderEntry>; metadata: { [name: string]: string } | undefined } {
  const entries = new Map<string, HeaderEntry>();
  let metadata: { [name: string]: string } | undefined;
  let at = 0;

  members((name) => {
    if (name === '__metadata__') {
      const strings: [string, string][] = [];
      members((key) => strings.push([key, string()]));
      metadata = Object.fromEntries(strings);
    } else {
      entries.set(name, entry(name));
    }
  });
  space();
  if (at < text.length) fail('nothing more');
  return { entries, metadata };

  function entry(name: string): HeaderEntry {
    let dtype: string | undefined;
    let shape: number[] | undefined;
    let offsets: number[] | undefined;
    members((field) => {
      if (field === 'dtype') dtype = string();
      else if (field === 'shape') shape = integers(MAX_RANK);
      else if (field === 'data_offsets') offsets = integers(2);
      else fail('"dtype", "shape" or "data_offsets"');
    });
    const [begin, end] = offsets ?? [];
    if (dtype === undefined || shape === undefined || begin === undefined || end === undefined) {
      throw new GenaiError(`${where}: tensor ${quote(name)} lacks its dtype, its shape or one of its two offsets.`);
    }
    return { dtype, shape, begin, end };
  }

  /** An object; `visit` reads the value of each member. */
  function members(visit: (name: string) => void): void {
    const names = new Set<string>();
    expect('{');
    if (next() !== '}') {
      do {
        const name = string();
        if (names.has(name)) throw new GenaiError(`${where}: ${quote(name)} stands twice in its header.`);
        if (isDangerousName(name)) throw new GenaiError(`${where}: a name such as ${quote(name)} is not taken.`);
        names.add(name);
        expect(':');
        visit(name);
      } while (comma('}'));
    }
    expect('}');
  }

  function integers(most: number): number[] {
    const list: number[] = [];
    expect('[');
    if (next() !== ']') {
      do {
        if (list.length === most) fail(`at most ${most} numbers`);
        list.push(integer());
      } while (comma(']'));
    }
    expect(']');
    return list;
  }

  function integer(): number {
    next();
    const start = at;
    while (isDigit(text.charCodeAt(at)) && at - start < 20) at++;
    const digits = text.slice(start, at);
    const value = Number(digits);
    if (!/^(0|[1-9]\d*)$/.test(digits) || !Number.isSafeInteger(value)) {
      at = start;
      fail('a whole number below 2^53');
    }
    return value;
  }

  function string(): string {
    if (next() !== '"') fail('a string');
    const start = at;
    do at = text.indexOf('"', at + 1);
    while (at >= 0 && isEscaped(at));
    if (at < 0) {
      at = text.length;
      fail('the end of a string');
    }
    at++;
    try {
      const value = JSON.parse(text.slice(start, at)) as string;
      if (!/\p{Surrogate}/u.test(value)) return value;
    } catch {}
    at = start;
    return fail('a string in good form');
  }

  function isEscaped(quoteAt: number): boolean {
    let slashes = 0;
    while (text[quoteAt - 1 - slashes] === '\\') slashes++;
    return slashes % 2 === 1;
  }

  function comma(close: string): boolean {
    const c = next();
    if (c === ',') at++;
    else if (c !== close) fail(`"," or "${close}"`);
    return c === ',';
  }

  function expect(c: string): void {
    if (next() !== c) fail(`"${c}"`);
    at++;
  }

  function next(): string | undefined {
    space();
    return text[at];
  }

  function space(): void {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at++;
  }

  function fail(expected: string): never {
    const got = at < text.length ? quote(text.slice(at, at + 12)) : 'its end';
    throw new GenaiError(`${where}: at character ${at} of its header expected ${expected}, got ${got}.`);
  }
}

/** NumPy's bound; beyond it a shape is an attack. */
const MAX_RANK = 64;

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
