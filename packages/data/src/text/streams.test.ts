import { GenaiError } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { describe, expect, test } from 'vitest';
import { streams } from './streams.js';

const tokens = Uint16Array.from({ length: 24 }, (_, i) => i);

batchesLaws('streams of a text', () => streams(tokens, { rows: 2, length: 3 }));
batchesLaws('streams of a text, two epochs', () => streams(tokens, { rows: 2, length: 5, epochs: 2 }));

describe('streams: known answers', () => {
  test('batches follow each other in every row, and begin anew with an epoch', async () => {
    const data = streams(tokens, { rows: 2, length: 5, epochs: 2 });
    expect(data.perEpoch).toBe(2);
    const seen: unknown[] = [];
    for await (const { elements, fresh } of data) {
      expect([elements.dtype, fresh.dtype]).toEqual(['int32', 'float32']);
      seen.push([elements.arraySync(), fresh.arraySync()]);
    }
    const [first, second] = [
      [[[0, 1, 2, 3, 4, 5], [11, 12, 13, 14, 15, 16]], [1, 1]],
      [[[5, 6, 7, 8, 9, 10], [16, 17, 18, 19, 20, 21]], [0, 0]],
    ]; // biome-ignore format: rows
    expect(seen).toEqual([first, second, first, second]);
  });

  test('every token but the first is predicted once, where the text divides', async () => {
    const predicted: number[] = [];
    for await (const { elements } of streams(tokens.subarray(0, 13), { rows: 3, length: 2, epochs: 1 })) {
      for (const [, ...rest] of elements.arraySync() as number[][]) predicted.push(...rest);
    }
    expect(predicted.sort((a, b) => a - b)).toEqual([...tokens.subarray(1, 13)]);
  });
});

describe('streams: errors', () => {
  test('too short a text, and numbers out of range', () => {
    const cases: [options: { rows: number; length: number; epochs?: number }, message: RegExp][] = [
      [{ rows: 4, length: 6 }, /24 tokens are too few for 4 streams of 6, expected at least 25/],
      [{ rows: 0, length: 1 }, /rows must be an integer of at least 1/],
      [{ rows: 1, length: 0.5 }, /length must be an integer/],
      [{ rows: 1, length: 1, epochs: -1 }, /epochs must be an integer/],
    ];
    for (const [options, message] of cases) {
      expect(() => streams(tokens, options)).toThrow(message);
      expect(() => streams(tokens, options)).toThrow(GenaiError);
    }
    expect(streams(tokens, { rows: 1, length: 23 }).perEpoch).toBe(1);
  });
});
