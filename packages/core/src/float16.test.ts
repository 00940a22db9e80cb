import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromBfloat16, fromFloat16, toBfloat16, toFloat16 } from './float16.js';

const ALL = Uint16Array.from({ length: 65536 }, (_, i) => i);

describe('goldens', () => {
  // golden/float16.py: NumPy and PyTorch round the same bits.
  const golden = JSON.parse(readFileSync(new URL('../golden/float16.json', import.meta.url), 'utf8')) as {
    float32: number[];
    float16: number[];
    bfloat16: number[];
  };
  const values = new Float32Array(Uint32Array.from(golden.float32).buffer);

  test('float32 to float16 as NumPy rounds', () => {
    expect(Array.from(toFloat16(values))).toEqual(golden.float16);
  });

  test('float32 to bfloat16 as PyTorch rounds', () => {
    expect(Array.from(toBfloat16(values))).toEqual(golden.bfloat16);
  });
});

describe('known answers', () => {
  test('numbers of both formats', () => {
    const bits = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x03ff, 0x0001, 0x8000, 0x7c00, 0x3555);
    const numbers = [1, -2, 65504, 2 ** -14, 1023 * 2 ** -24, 2 ** -24, -0, Infinity, 0.333251953125];
    expect(Array.from(fromFloat16(bits))).toEqual(numbers);
    expect(toFloat16(Float32Array.from(numbers))).toEqual(bits);
    expect(Array.from(fromBfloat16(Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001)))).toEqual([
      1,
      -2,
      Infinity,
      2 ** -133,
    ]);
  });

  test('halves round to even, and what is too large becomes infinity', () => {
    const numbers = Float32Array.of(65519.996, 65520, -1e30, 2 ** -25, 2 ** -25 * 1.001, 3 * 2 ** -25, 2049, 2051);
    expect(Array.from(fromFloat16(toFloat16(numbers)))).toEqual([
      65504,
      Infinity,
      -Infinity,
      0,
      2 ** -24,
      2 ** -23,
      2048,
      2052,
    ]);
  });
});

describe('properties', () => {
  test('every float16 and every bfloat16 comes back from float32 bit for bit, payloads of NaN too', () => {
    expect(toFloat16(fromFloat16(ALL))).toEqual(ALL);
    expect(toBfloat16(fromBfloat16(ALL))).toEqual(ALL);
  });

  test('not-a-number never becomes infinity, whatever its payload', () => {
    const payloads = Uint32Array.of(0x7f800001, 0xff800001, 0x7fffffff, 0x7f801fff, 0x7f80ffff, 0x7fc00000);
    const values = new Float32Array(payloads.buffer);
    expect(Array.from(fromFloat16(toFloat16(values)))).toEqual(Array(6).fill(Number.NaN));
    expect(Array.from(fromBfloat16(toBfloat16(values)))).toEqual(Array(6).fill(Number.NaN));
  });

  test('views that begin inside a buffer are read from where they begin', () => {
    const values = Float32Array.of(9, 1, 2).subarray(1);
    expect(Array.from(fromFloat16(toFloat16(values)))).toEqual([1, 2]);
  });
});
