import { crc32 as reference } from 'node:zlib';
import { expect, test } from 'vitest';
import { crc32 } from './crc32.js';

test('known answers: the check value of the standard, and no bytes', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe('cbf43926');
  expect(crc32(new Uint8Array(0))).toBe('00000000');
});

test('parity with zlib for every length up to 300', () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, i) => (i * 173) ^ (i >> 3));
  for (let length = 0; length <= bytes.length; length++) {
    const part = bytes.subarray(0, length);
    expect(Number.parseInt(crc32(part), 16)).toBe(reference(part));
  }
});
