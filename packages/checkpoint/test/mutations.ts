import { fold, type Key } from '@genai/core';
import { file } from './safetensors-entries.js';

/** Damages a safetensors file in one of many ways; the same key gives the same damage. */
export function mutate(bytes: Uint8Array, key: Key): Uint8Array {
  let draws = 0;
  const below = (n: number): number => (fold(key, draws++)[0] ?? 0) % n;
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const data = bytes.subarray(8 + length);
  const flip = (copy: Uint8Array, from: number, to: number): Uint8Array => {
    for (let i = 1 + below(8); i > 0; i--) copy[from + below(to - from)]! ^= 1 << below(8);
    return copy;
  };
  const kinds: (() => Uint8Array)[] = [
    () => flip(bytes.slice(), 0, bytes.length),
    () => flip(bytes.slice(), 0, 8),
    () => flip(bytes.slice(), 8, 8 + length),
    () => flip(bytes.slice(), 8 + length, bytes.length),
    () => bytes.slice(0, below(bytes.length)),
    () => file(header, new Uint8Array([...data, ...new Uint8Array(1 + below(20))])),
    () => file(header, data, BigInt(below(2 ** 31)) ** BigInt(1 + below(2))),
    () => file(editNumber(header, below), data),
    () => file(editNumber(editNumber(header, below), below), data),
    () => file(cutAndPaste(header, below), data),
    () => file(swapMembers(header, below), data),
    () => file(insert(header, below), data),
    () => file(`${'[{"a":'.repeat(below(500))}${header}`, data),
  ];
  return kinds[below(kinds.length)]!();
}

type Below = (n: number) => number;

const NUMBERS = [
  '0',
  '1',
  '-1',
  '4',
  '2.5',
  '1e3',
  '1.0',
  '007',
  '4294967296',
  '9007199254740993',
  '18446744073709551615',
];
const SCRAPS = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  ' ',
  '\n',
  'null',
  '"__proto__":',
  '"\\ud800"',
  '\u0000',
  '😀',
  '/**/',
];

function editNumber(header: string, below: Below): string {
  const found = [...header.matchAll(/\d+/g)];
  const { index, 0: digits } = found[below(found.length)]!;
  const near = String(Math.max(0, Number(digits) + below(9) - 4));
  const by = below(2) ? near : NUMBERS[below(NUMBERS.length)]!;
  return header.slice(0, index) + by + header.slice(index + digits.length);
}

function cutAndPaste(header: string, below: Below): string {
  const [a, b] = [below(header.length), below(header.length)].sort((x, y) => x - y) as [number, number];
  return below(2) ? header.slice(0, a) + header.slice(b) : header.slice(0, b) + header.slice(a);
}

/** Puts one tensor's name, type or offsets in the place of another's: often duplicates, overlaps, holes. */
function swapMembers(header: string, below: Below): string {
  const patterns = [/"[^"]+":(?=\{)/g, /"dtype":"\w+"/g, /"shape":\[[\d,]*\]/g, /"data_offsets":\[[\d,]*\]/g];
  const found = [...header.matchAll(patterns[below(patterns.length)]!)];
  const [to, from] = [found[below(found.length)]!, found[below(found.length)]!];
  return header.slice(0, to.index) + from[0] + header.slice(to.index + to[0].length);
}

function insert(header: string, below: Below): string {
  const at = below(header.length + 1);
  return header.slice(0, at) + SCRAPS[below(SCRAPS.length)]! + header.slice(at);
}
