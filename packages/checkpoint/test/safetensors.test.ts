import { readFileSync } from 'node:fs';
import { fold, GenaiError, key } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { decodeSafetensors, encodeSafetensors, type SafetensorsEntry } from '../src/index.js';
import { mutate } from './mutations.js';
import { file, REFERENCE, REFERENCE_METADATA } from './safetensors-entries.js';

const golden = new Uint8Array(readFileSync(new URL('../golden/reference.safetensors', import.meta.url)));

describe('goldens: a file of the reference implementation', () => {
  test('is read as what was written into it', () => {
    const { entries, metadata } = decodeSafetensors(golden);
    expect(metadata).toEqual(REFERENCE_METADATA);
    expect(entries.size).toBe(11);
    for (const [name, entry] of entries) expect(entry, name).toEqual(REFERENCE[name]);
  });

  test('is what we write, byte for byte, in whatever order the tensors are given', () => {
    expect(encodeSafetensors(REFERENCE, REFERENCE_METADATA)).toEqual(golden);
    const reversed = new Map(Object.entries(REFERENCE).reverse());
    expect(encodeSafetensors(reversed, REFERENCE_METADATA)).toEqual(golden);
  });

  test('is read wherever it begins in a buffer, and in a buffer of Node', () => {
    for (let offset = 0; offset < 8; offset++) {
      const moved = new Uint8Array(golden.length + 16).subarray(offset, offset + golden.length);
      moved.set(golden);
      for (const bytes of [moved, Buffer.from(moved.buffer, moved.byteOffset, moved.length)]) {
        for (const [name, entry] of decodeSafetensors(bytes).entries) expect(entry, name).toEqual(REFERENCE[name]);
      }
    }
  });
});

describe('known answers: the smallest files of the format', () => {
  test('no tensor, white space around the header', () => {
    expect(decodeSafetensors(file('{}')).entries.size).toBe(0);
    expect(decodeSafetensors(file('\t\n{ }\r \n')).entries.size).toBe(0);
    expect(decodeSafetensors(file('{"__metadata__":{}}')).metadata).toEqual({});
    expect(encodeSafetensors({})).toEqual(file('{}      '));
  });

  test('a scalar, and a tensor without elements', () => {
    const scalar = decodeSafetensors(file('{"test":{"dtype":"I32","shape":[],"data_offsets":[0,4]}}', 4));
    expect(scalar.entries.get('test')).toEqual({ dtype: 'I32', shape: [], data: Int32Array.of(0) });
    const empty = decodeSafetensors(file('{"test": {"shape":[2, 0] , "data_offsets":[0,0],"dtype":"I32"}}'));
    expect(empty.entries.get('test')).toEqual({ dtype: 'I32', shape: [2, 0], data: new Int32Array(0) });
  });

  test('the order of the header need not be that of the data', () => {
    const header =
      '{"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
    const { entries } = decodeSafetensors(file(header, Uint8Array.of(7, 8)));
    expect([...entries].map(([name, { data }]) => [name, data[0]])).toEqual([
      ['a', 7],
      ['b', 8],
    ]);
  });
});

describe('properties', () => {
  test('random sets of tensors come back bit for bit, and their data are aligned', () => {
    for (let seed = 0; seed < 60; seed++) {
      const given = randomEntries(seed);
      const bytes = encodeSafetensors(given, { seed: String(seed) });
      const { entries, metadata } = decodeSafetensors(bytes);
      expect(metadata).toEqual({ seed: String(seed) });
      expect([...entries.keys()].sort()).toEqual([...given.keys()].sort());
      for (const [name, { dtype, shape, data }] of entries) {
        const before = given.get(name)!;
        expect({ dtype, shape }).toEqual({ dtype: before.dtype, shape: before.shape });
        expect(bitsOf(data)).toEqual(bitsOf(before.data));
        expect(data.buffer, 'a view, not a copy').toBe(bytes.buffer);
      }
    }
  });

  test('1,000 damaged files: each loads or gives a GenaiError, and takes no more memory than it has bytes', () => {
    const files = [golden, encodeSafetensors(randomEntries(1), { a: 'b' })];
    const outcome = { loaded: 0, refused: 0 };
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 1000; i++) {
      const bytes = mutate(files[i % 2]!, fold(key(2026), i));
      try {
        const { entries } = decodeSafetensors(bytes);
        const size = [...entries.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(size).toBeLessThanOrEqual(bytes.length);
        outcome.loaded++;
      } catch (error) {
        expect(GenaiError.is(error), `file ${i}: ${String(error)}`).toBe(true);
        outcome.refused++;
      }
    }
    // Both kinds are there, so the damage is neither harmless nor total.
    expect(outcome.loaded).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(500);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
  });
});

describe('errors: hostile files', () => {
  const one = (more: string): string => `{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]${more}`;
  const shape = (dimensions: string, bytes = 8): string =>
    `{"x":{"dtype":"F32","shape":[${dimensions}],"data_offsets":[0,${bytes}]}}`;
  const two = (a: string, b: string): string =>
    `{"a":{"dtype":"U8","shape":[4],"data_offsets":[${a}]},"b":{"dtype":"U8","shape":[4],"data_offsets":[${b}]}}`;
  const cases: [what: string, bytes: Uint8Array, message: RegExp][] = [
    ['nothing', new Uint8Array(0), /at least 8/],
    ['less than a length', new Uint8Array(7), /at least 8/],
    ['a length and no header', file('', 0, 60n), /claims 60 bytes, 0 are left/],
    ['a header beyond the file', file('{}', 0, 3n), /claims 3 bytes, 2 are left/],
    ['a length of 2^64 - 1', file('{}', 0, 2n ** 64n - 1n), /cut short/],
    ['a header of more than 100 MB', file(new Uint8Array(100_000_001).fill(0x20)), /at most 100000000/],
    ['an empty header', file(''), /expected "\{", got its end/],
    ['a header that is not UTF-8', file(Uint8Array.of(0x7b, 0x22, 0xff, 0x22)), /not UTF-8/],
    ['a byte order mark', file('\ufeff{}'), /expected "\{"/],
    ['a header that is an array', file('[]'), /expected "\{"/],
    ['a header that ends early', file('{"x":'), /got its end/],
    ['a string without an end', file('{"x'), /the end of a string/],
    ['a string that ends in an escape', file('{"x\\"'), /the end of a string/],
    ['a control character in a name', file('{"x\n":{}}'), /in good form/],
    ['half of a surrogate pair', file('{"\\ud800":{}}'), /in good form/],
    ['two headers', file('{}{}'), /nothing more/],
    ['a comma too many', file(one('},}'), 8), /expected a string/],
    ['a comment', file(`/**/${one('}}')}`, 8), /expected "\{"/],
    [
      'one name twice',
      file(`${one('}')},"x":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}`, 8),
      /"x" stands twice/,
    ],
    ['one name twice by an escape', file(`${one('}')},"\\u0078":{}}`, 8), /"x" stands twice/],
    ['a field twice', file(one(',"dtype":"I32"}}'), 8), /"dtype" stands twice/],
    ['metadata twice', file('{"__metadata__":{},"__metadata__":{}}'), /stands twice/],
    ['a name __proto__', file(one('}}').replace('"x"', '"__proto__"'), 8), /"__proto__" is not taken/],
    ['a path through __proto__', file(one('}}').replace('"x"', '"a.__proto__.b"'), 8), /is not taken/],
    ['a path through constructor', file(one('}}').replace('"x"', '"constructor.prototype"'), 8), /is not taken/],
    ['__proto__ among the metadata', file('{"__metadata__":{"__proto__":"x"}}'), /is not taken/],
    ['metadata that are no strings', file('{"__metadata__":{"a":1}}'), /expected a string/],
    ['a tensor that is a string', file('{"x":"F32"}'), /expected "\{"/],
    ['a field of no meaning', file(one(',"extra":1}}'), 8), /expected "dtype", "shape" or "data_offsets"/],
    ['no type', file('{"x":{"shape":[],"data_offsets":[0,4]}}', 4), /lacks its dtype/],
    ['one offset', file('{"x":{"dtype":"U8","shape":[],"data_offsets":[0]}}', 1), /one of its two offsets/],
    ['three offsets', file('{"x":{"dtype":"U8","shape":[],"data_offsets":[0,1,1]}}', 1), /at most 2 numbers/],
    ['an unknown type', file('{"x":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}', 1), /type "F8_E4M3"/],
    ['a type from the prototype', file('{"x":{"dtype":"toString","shape":[],"data_offsets":[0,0]}}'), /"toString"/],
    ['a negative dimension', file(shape('-2'), 8), /a whole number/],
    ['minus zero', file(shape('-0', 0)), /a whole number/],
    ['a fractional dimension', file(shape('2.0'), 8), /expected "," or "]"/],
    ['an exponent', file(shape('2e0'), 8), /expected "," or "]"/],
    ['a dimension with a leading zero', file(shape('02'), 8), /a whole number/],
    ['a dimension that is a string', file(shape('"2"'), 8), /a whole number/],
    ['a dimension of 2^53', file(shape('9007199254740992'), 8), /a whole number/],
    ['a dimension of 2^64 - 2', file(shape('2,18446744073709551614'), 8), /a whole number/],
    ['a product beyond 2^53', file(shape('4503599627370497,2,1024'), 8), /claims 8 bytes/],
    ['a product that wraps to the right size', file(shape('4294967296,4294967296,2'), 8), /claims 8 bytes/],
    ['more than 64 dimensions', file(shape(Array(65).fill('1').join(','), 4), 4), /at most 64 numbers/],
    ['shape and bytes that differ', file(shape('3'), 8), /shape \[3\] claims 8 bytes/],
    ['an end before its begin', file('{"x":{"dtype":"U8","shape":[0],"data_offsets":[4,0]}}', 4), /from 4 to 0/],
    ['an end beyond the file', file(shape('2'), 7), /end by 7/],
    ['bytes after the last tensor', file(shape('2'), 9), /1 bytes after the last tensor/],
    ['bytes and no tensor', file('{}', 1), /1 bytes after the last tensor/],
    ['a hole before the first', file(two('1,5', '5,9'), 9), /expected to begin at 0/],
    ['a hole between', file(two('0,4', '5,9'), 9), /expected to begin at 4/],
    ['an overlap', file(two('0,4', '3,7'), 7), /expected to begin at 4/],
    ['the same bytes twice', file(two('0,4', '0,4'), 4), /expected to begin at 4/],
  ];
  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(message);
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(GenaiError);
    expect(() => decodeSafetensors(bytes, 'model.safetensors')).toThrow(/^model\.safetensors: /);
  });

  test('headers made to take long or much memory are refused at once', () => {
    const many = 4_000_000;
    for (const header of [
      '{"a":'.repeat(many),
      `{"x":{"shape":[${'1,'.repeat(many)}1]}}`,
      `{"x":[${'{},'.repeat(many)}{}]}`,
      `{"${'\\"'.repeat(many)}`,
      `{"${'\\'.repeat(2 * many)}":{}}`,
      `{"x":{"shape":[${'9'.repeat(many)}]}}`,
    ]) {
      expect(() => decodeSafetensors(file(header))).toThrow(GenaiError);
    }
  });
});

describe('errors: what cannot be written', () => {
  const data = new Float32Array(2);
  const cases: [what: string, entries: object, message: RegExp][] = [
    ['a shape of another size', { x: { dtype: 'F32', shape: [3], data } }, /2 elements and shape \[3\]/],
    ['a fractional shape', { x: { dtype: 'F32', shape: [0.5, 4], data } }, /must agree/],
    ['a negative shape', { x: { dtype: 'F32', shape: [-1, -2], data } }, /must agree/],
    ['another array', { x: { dtype: 'I32', shape: [2], data } }, /holds Float32Array, expected Int32Array/],
    ['an unknown type', { x: { dtype: 'F8', shape: [2], data } }, /type "F8"/],
    ['a dangerous name', { 'a.constructor': { dtype: 'F32', shape: [2], data } }, /cannot be written/],
    ['half of a surrogate pair', { '\udc00': { dtype: 'F32', shape: [2], data } }, /cannot be written/],
    ['the name of the metadata', { __metadata__: { dtype: 'F32', shape: [2], data } }, /__metadata__/],
  ];
  test.each(cases)('%s', (_, entries, message) => {
    expect(() => encodeSafetensors(entries as Record<string, SafetensorsEntry>)).toThrow(message);
    expect(() => encodeSafetensors(entries as Record<string, SafetensorsEntry>)).toThrow(GenaiError);
  });

  test('metadata that are no text', () => {
    expect(() => encodeSafetensors({}, { a: 1 as unknown as string })).toThrow(/must be well-formed text/);
    expect(() => encodeSafetensors({}, { a: '\ud800' })).toThrow(GenaiError);
  });
});

function randomEntries(seed: number): Map<string, SafetensorsEntry> {
  let draws = 0;
  const word = (): number => fold(key(seed), draws++)[1];
  const arrays = [
    ['F64', Float64Array],
    ['F32', Float32Array],
    ['F16', Uint16Array],
    ['BF16', Uint16Array],
    ['I64', BigInt64Array],
    ['U64', BigUint64Array],
    ['I32', Int32Array],
    ['U32', Uint32Array],
    ['I16', Int16Array],
    ['U16', Uint16Array],
    ['I8', Int8Array],
    ['U8', Uint8Array],
    ['BOOL', Uint8Array],
  ] as const;
  const entries = new Map<string, SafetensorsEntry>();
  for (let i = word() % 12; i >= 0; i--) {
    const [dtype, Elements] = arrays[word() % arrays.length]!;
    const shape = Array.from({ length: word() % 4 }, () => word() % 5);
    const size = shape.reduce((product, dimension) => product * dimension, 1);
    const bytes = Uint8Array.from({ length: size * Elements.BYTES_PER_ELEMENT }, () => word() & 0xff);
    const data = new Elements(bytes.buffer); // any bits, so every NaN too
    entries.set(`layer.${word() % 1000}.${['é', '"', '\\', '😀', 'a'][word() % 5]}`, {
      dtype,
      shape,
      data,
    } as SafetensorsEntry);
  }
  return entries;
}

function bitsOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + byteLength));
}
