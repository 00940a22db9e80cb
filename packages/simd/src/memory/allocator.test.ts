import { fold, key, randomIntegers, randomPermutation } from '@genai/core';
import { expect, test } from 'vitest';
import { Allocator } from './allocator.js';

/** An allocator over a pretended memory, and how often that memory grew. */
function pretend(start = 100, limit = 2 ** 32): { allocator: Allocator; grown: () => number } {
  let growths = 0;
  const reach = (end: number): number | undefined => {
    growths++;
    return end <= limit ? end : undefined;
  };
  const fail = (bytes: number, used: number): Error => new Error(`${bytes} beside ${used}`);
  return { allocator: new Allocator(start, start, reach, fail), grown: () => growths };
}

test('laws: blocks are aligned, hold what was asked and never overlap, whatever the order of frees', () => {
  const { allocator } = pretend();
  const alive = new Map<number, number>();
  for (let i = 0; i < 3000; i++) {
    const [bytes, choice, scale] = randomIntegers(fold(key(3), i), 3, { min: 0, max: 2 ** 20 }) as unknown as number[];
    if (choice! % 3 === 0 && alive.size > 0) {
      const place = [...alive.keys()][choice! % alive.size]!;
      allocator.free(place);
      alive.delete(place);
    } else {
      const size = bytes! >> (scale! % 20);
      const place = allocator.allocate(size);
      expect(place % 64).toBe(0);
      expect(alive.has(place)).toBe(false);
      alive.set(place, Math.max(1, size));
    }
    if (i % 250 === 0) {
      const blocks = [...alive].sort(([a], [b]) => a - b);
      for (const [j, [place, size]] of blocks.entries()) {
        expect(place + size).toBeLessThanOrEqual(blocks[j + 1]?.[0] ?? Number.POSITIVE_INFINITY);
      }
    }
  }
  for (const place of alive.keys()) allocator.free(place);
  expect(allocator.used).toBe(0);
});

test('laws: the same work over and over needs no more memory', () => {
  const { allocator, grown } = pretend();
  const round = (): void => {
    const places = [10, 5000, 70_000, 12, 640_000].map((bytes) => allocator.allocate(bytes));
    for (const place of places) allocator.free(place);
  };
  round();
  const before = grown();
  for (let i = 0; i < 100; i++) round();
  expect(grown()).toBe(before);
});

test('laws: free neighbours make room for something larger before the memory grows', () => {
  const { allocator } = pretend(0, 2 ** 20);
  const places = Array.from({ length: 16 }, () => allocator.allocate(2 ** 16));
  for (const place of places) allocator.free(place);
  expect(allocator.allocate(2 ** 19)).toBe(0);
});

test('errors: what does not fit is refused and changes nothing', () => {
  const { allocator } = pretend(0, 2 ** 20);
  const place = allocator.allocate(2 ** 19);
  expect(() => allocator.allocate(2 ** 20)).toThrow('1048576 beside 524288');
  expect(allocator.used).toBe(2 ** 19);
  allocator.free(place);
  expect(allocator.used).toBe(0);
  expect(() => allocator.free(place)).toThrow('no block begins at');
});

test('errors: what is no size is refused, and later blocks are sound', () => {
  const { allocator } = pretend(0, 2 ** 20);
  for (const bytes of [Number.NaN, -4, Number.POSITIVE_INFINITY])
    expect(() => allocator.allocate(bytes)).toThrow(`a tensor cannot have ${bytes} bytes`);
  expect(allocator.used).toBe(0);
  expect(allocator.allocate(4)).toBe(0);
});

test('laws: what comes after a model has gone begins at the bottom, so that large blocks still fit', () => {
  const MIB = 2 ** 20;
  const { allocator, grown } = pretend(0);
  const params = Array.from({ length: 16 }, () => allocator.allocate(MIB));
  for (let step = 0; step < 40; step++) {
    const passing = Array.from({ length: 64 }, () => allocator.allocate(MIB));
    // In no order of theirs, as gradients end.
    for (const i of randomPermutation(fold(key(6), step), 64)) allocator.free(passing[i]!);
  }
  for (const place of params) allocator.free(place);
  const before = grown();
  for (let i = 0; i < 32; i++) allocator.allocate(MIB); // another model
  expect(allocator.allocate(40 * MIB)).toBe(32 * MIB); // and its activations in one block
  expect(grown()).toBe(before);
});
