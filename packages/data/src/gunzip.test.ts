import { gzipSync } from 'node:zlib';
import { GenaiError, key, randomBits } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { gunzip } from './gunzip.js';

const text = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * i) >> 3);

describe('gunzip: properties', () => {
  test('undoes gzip at many lengths, up to the limit exactly', async () => {
    for (const length of [0, 1, 2, 1_000, 65_536, 300_001]) {
      const bytes = text(length);
      expect(Buffer.compare(await gunzip(gzipSync(bytes), { limit: length }), bytes)).toBe(0);
    }
  });
});

describe('gunzip: errors', () => {
  test('one byte over the limit', async () => {
    await expect(gunzip(gzipSync(text(1_000)), { limit: 999, name: 'x.gz' })).rejects.toThrow(
      /x\.gz decompresses to more than the limit of 999 bytes/,
    );
  });

  test('a bomb is stopped at the limit, not when it has gone off', async () => {
    const bomb = gzipSync(new Uint8Array(2 ** 28)); // 256 MB in 260 KB
    const before = process.memoryUsage().arrayBuffers;
    await expect(gunzip(bomb, { limit: 2 ** 16 })).rejects.toThrow(GenaiError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  });

  test('cut off, empty, or no gzip at all', async () => {
    const whole = gzipSync(text(5_000));
    for (const bytes of [whole.subarray(0, -1), whole.subarray(0, 12), new Uint8Array(0), text(100)]) {
      const failed = gunzip(bytes, { limit: 10_000, name: 'x.gz' });
      await expect(failed, String(bytes.length)).rejects.toThrow(/gunzip: x\.gz is damaged or cut off/);
      await expect(failed).rejects.toBeInstanceOf(GenaiError);
    }
  });

  test('300 mutated files decompress or give a GenaiError', async () => {
    const whole = gzipSync(text(2_000));
    let failed = 0;
    for (let i = 0; i < 300; i++) {
      const bits = randomBits(key(i), 3);
      const bytes = Uint8Array.from(whole);
      bytes[bits[0]! % bytes.length] = bits[1]! & 255;
      await gunzip(i % 3 ? bytes : bytes.subarray(0, bits[2]! % bytes.length), { limit: 4_000 }).catch((error) => {
        expect(GenaiError.is(error), `file ${i}: ${error}`).toBe(true);
        failed++;
      });
    }
    expect(failed).toBeGreaterThan(200);
  });

  test('a limit that is no number of bytes', async () => {
    await expect(gunzip(gzipSync(text(1)), { limit: Number.NaN })).rejects.toThrow(GenaiError);
  });
});
