import { GenaiError, key, randomBits, split } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { type Idx, parseIdx } from './parse-idx.js';

/** An IDX file of element type `code` with these big-endian bytes. */
function file(code: number, shape: readonly number[], body: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  for (const [i, n] of shape.entries()) view.setUint32(4 + 4 * i, n);
  bytes.set(body, 4 + 4 * shape.length);
  return bytes;
}

describe('parseIdx: known answers', () => {
  test('every element type, big-endian', () => {
    const cases: [code: number, body: number[], data: Idx['data']][] = [
      [0x08, [0, 255], Uint8Array.of(0, 255)],
      [0x09, [1, 255], Int8Array.of(1, -1)],
      [0x0b, [1, 2, 255, 254], Int16Array.of(258, -2)],
      [0x0c, [0, 0, 1, 0, 255, 255, 255, 255], Int32Array.of(256, -1)],
      [0x0d, [0x3f, 0x80, 0, 0, 0xc0, 0, 0, 0], Float32Array.of(1, -2)],
      [0x0e, [0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0], Float64Array.of(1, -2)],
    ];
    for (const [code, body, data] of cases) {
      expect(parseIdx(file(code, [2], body))).toEqual({ data, shape: [2] });
      expect(parseIdx(file(code, [1, 2, 1], body)).shape).toEqual([1, 2, 1]);
    }
  });

  test('bytes are a view, also where the file starts inside a buffer', () => {
    const inside = new Uint8Array(3 + 10);
    inside.set(file(0x08, [2], [5, 6]), 3);
    const { data } = parseIdx(inside.subarray(3));
    expect(Array.from(data)).toEqual([5, 6]);
    expect(data.buffer).toBe(inside.buffer);
  });

  test('a file without examples', () => {
    expect(parseIdx(file(0x08, [0, 28, 28], [])).shape).toEqual([0, 28, 28]);
  });
});

describe('parseIdx: errors', () => {
  test('name the file, what it has and what was expected', () => {
    const cases: [bytes: Uint8Array, message: RegExp][] = [
      [Uint8Array.of(0, 0), /labels has 2 bytes/],
      [Uint8Array.of(0x1f, 0x8b, 8, 0), /labels starts with 1f 8b 08 00.*gunzip it first/],
      [file(0x0a, [1], [0]), /starts with 00 00 0a 01/],
      [file(0x08, [], [7]), /claims 0 dimensions/],
      [Uint8Array.of(0, 0, 8, 255, 0, 0, 0, 1), /claims 255 dimensions/],
      [Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1), /claims 2 dimensions in 8 bytes/],
      [file(0x08, [3], [1, 2]), /labels has 2 bytes of data, its shape \[3\] asks for 3/],
      [file(0x08, [1], [1, 2]), /asks for 1/],
      [file(0x0e, [2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1], [1]), /has 1 bytes of data/],
    ];
    for (const [bytes, message] of cases) {
      expect(() => parseIdx(bytes, 'labels')).toThrow(message);
      expect(() => parseIdx(bytes, 'labels')).toThrow(GenaiError);
    }
  });

  test('1,000 mutated files load or give a GenaiError, and none makes an array larger than itself', () => {
    const types = [
      [0x08, 1],
      [0x09, 1],
      [0x0b, 2],
      [0x0c, 4],
      [0x0d, 4],
      [0x0e, 8],
    ] as const;
    let loaded = 0;
    for (let i = 0; i < 1_000; i++) {
      const [code, size] = types[i % types.length]!;
      const whole = file(
        code,
        [3, 2, 2],
        Array.from({ length: 12 * size }, (_, b) => b),
      );
      const bytes = mutated(whole, i);
      try {
        const { data, shape } = parseIdx(bytes, `file ${i}`);
        loaded++;
        expect(data.byteLength).toBeLessThanOrEqual(bytes.length);
        expect(shape.reduce((product, n) => product * n, 1)).toBe(data.length);
      } catch (error) {
        expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
        expect((error as Error).message).toContain(`file ${i}`);
      }
    }
    expect(loaded).toBeGreaterThan(100); // mutated pixels are pixels
    expect(loaded).toBeLessThan(900);
  });
});

/** A few bytes changed, most of them in the header, and every fourth file cut or lengthened. */
function mutated(bytes: Uint8Array, seed: number): Uint8Array {
  const [places, values] = split(key(seed));
  const at = randomBits(places, 4);
  const to = randomBits(values, 4);
  const out = Uint8Array.from(bytes);
  for (let j = 0; j <= at[3]! % 3; j++) out[at[j]! % (to[3]! % 2 === 0 ? 16 : out.length)] = to[j]! & 255;
  if (seed % 4 !== 0) return out;
  const longer = new Uint8Array(at[0]! % (2 * out.length));
  longer.set(out.subarray(0, longer.length));
  return longer;
}
