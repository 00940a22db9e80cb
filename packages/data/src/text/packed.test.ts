import { disposeTree, GenaiError, key, randomIntegers } from '@genai/core';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '../dataset.js';
import type { MaskedTokens } from './masked-rows.js';
import { type PackedElements, packed } from './packed.js';

type Rows = { readonly elements: number[][]; readonly mask: number[][]; readonly segments: number[][] };

async function all(data: Dataset<PackedElements>): Promise<Rows> {
  const read = await data.read(Uint32Array.from({ length: data.length }, (_, i) => i));
  const [elements, mask, segments] = [read.elements, read.mask, read.segments].map((x) => x.arraySync() as number[][]);
  disposeTree(read);
  return { elements: elements!, mask: mask!, segments: segments! };
}

const said = (...marked: number[]): MaskedTokens => ({
  tokens: Int32Array.from(marked, Math.abs),
  mask: Uint8Array.from(marked, (token) => Number(token < 0)), // a minus marks what is to be predicted
});

describe('packed: known answers', () => {
  test('whole documents go where they fit best, and are numbered', async () => {
    const documents = [[1, 2], [3, 4, 5, 6], [7, 8, 9], [10], [11, 12]].map((tokens) => Int32Array.from(tokens));
    const { elements, mask, segments } = await all(packed(documents, { length: 5 }));
    expect(elements).toEqual([[3, 4, 5, 6, 0], [7, 8, 9, 1, 2], [11, 12, 0, 0, 0]]); // biome-ignore format: rows
    expect(mask).toEqual([[0, 1, 1, 1, 0], [0, 1, 1, 0, 1], [0, 1, 0, 0, 0]]); // biome-ignore format: rows
    expect(segments).toEqual([[1, 1, 1, 1, 0], [1, 1, 1, 2, 2], [1, 1, 0, 0, 0]]); // biome-ignore format: rows
  });

  test('a long document goes on behind its last token, or is cut', async () => {
    const long = Int32Array.of(1, 2, 3, 4, 5, 6, 7);
    const split = await all(packed([long], { length: 4 }));
    expect(split.elements).toEqual([[1, 2, 3, 4], [4, 5, 6, 7]]); // biome-ignore format: rows
    expect(split.mask).toEqual([[0, 1, 1, 1], [0, 1, 1, 1]]); // biome-ignore format: rows
    expect((await all(packed([long], { length: 4, long: 'cut' }))).elements).toEqual([[1, 2, 3, 4]]);
  });

  test('of dialogues what their masks say is predicted; pieces without are left out', async () => {
    const dialogues = [said(1, 2, -3), said(4, 5, 6, 7, -8), said(9, -9)];
    const cut = await all(packed(dialogues, { length: 4, long: 'cut' }));
    expect(cut.elements).toEqual([[1, 2, 3, 0], [9, 9, 0, 0]]); // biome-ignore format: rows
    expect(cut.mask).toEqual([[0, 0, 1, 0], [0, 1, 0, 0]]); // biome-ignore format: rows
    expect((await all(packed(dialogues, { length: 4 }))).elements).toEqual([[1, 2, 3, 0], [7, 8, 9, 9]]); // biome-ignore format: rows
  });
});

describe('packed: properties', () => {
  test('every token but the first of a document is predicted once, behind the one before it, in few rows', async () => {
    const sizes = randomIntegers(key(1), 200, { min: 1, max: 40 });
    let next = 0;
    const documents = Array.from(sizes, (size) => Int32Array.from({ length: size }, () => next++)); // tokens tell their place
    const data = packed(documents, { length: 16 });
    const { elements, mask, segments } = await all(data);
    const predicted = elements.flatMap((row, i) => row.filter((_, t) => mask[i]![t] === 1));
    const wanted = documents.flatMap((tokens) => [...tokens.subarray(1)]);
    expect(predicted.sort((a, b) => a - b)).toEqual(wanted);
    for (const [i, row] of elements.entries()) {
      for (let t = 0; t < row.length; t++) {
        if (mask[i]![t] !== 1) continue;
        expect([row[t]! - row[t - 1]!, segments[i]![t]! - segments[i]![t - 1]!]).toEqual([1, 0]);
      }
    }
    const filled = segments.flat().filter((segment) => segment === 0).length;
    expect(filled / segments.flat().length).toBeLessThan(0.02);
    expect(await all(packed(documents, { length: 16 }))).toEqual({ elements, mask, segments });
  });
});

test('packed: errors name the document and what is left', () => {
  const cases: readonly (readonly [act: () => unknown, message: RegExp])[] = [
    [() => packed([Int32Array.of(1, 2)], { length: 1 }), /length must be an integer of at least 2/],
    [() => packed([Int32Array.of(1), said(2, 3)], { length: 4 }), /none of 2 documents has something to predict/],
    [
      () => packed([{ tokens: Int32Array.of(1), mask: Uint8Array.of() }], { length: 4 }),
      /document 0 has 1 tokens and 0/,
    ],
  ];
  for (const [act, message] of cases) {
    expect(act).toThrow(message);
    expect(act).toThrow(GenaiError);
  }
});
