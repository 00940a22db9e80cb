import { disposeTree, GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { characters } from '../characters.js';
import { lineSequences } from './line-sequences.js';
import { lines } from './lines.js';

const tokenizer = characters('abc'); // a 0, b 1, c 2

describe('lines: known answers', () => {
  test('all line ends, spaces around and empty lines', () => {
    expect(lines(' ab \r\n\n\tb c\rc\n \n')).toEqual(['ab', 'b c', 'c']);
    expect(lines('')).toEqual([]);
  });
});

describe('lineSequences: known answers', () => {
  test('marks around the line, the mask on the line and its end', async () => {
    const data = lineSequences(['ab', 'c', ''], tokenizer, { begin: 3, end: 4, length: 5 });
    const { elements, mask } = await data.read(Uint32Array.of(1, 0, 2));
    expect([elements.dtype, mask.dtype]).toEqual(['int32', 'float32']);
    expect(elements.arraySync()).toEqual([[3, 2, 4, 0, 0], [3, 0, 1, 4, 0], [3, 4, 0, 0, 0]]); // biome-ignore format: rows
    expect(mask.arraySync()).toEqual([[0, 1, 1, 0, 0], [0, 1, 1, 1, 0], [0, 1, 0, 0, 0]]); // biome-ignore format: rows
    disposeTree([elements, mask]);
  });

  test('as long as the longest line, without marks', async () => {
    const { elements, mask } = await lineSequences(['ab', 'c'], tokenizer).read(Uint32Array.of(0, 1));
    expect(elements.arraySync()).toEqual([[0, 1], [2, 0]]); // biome-ignore format: rows
    expect(mask.arraySync()).toEqual([[1, 1], [1, 0]]); // biome-ignore format: rows
    disposeTree([elements, mask]);
  });
});

describe('lineSequences: errors', () => {
  test('no lines, a line that is too long, a mark that is no token', () => {
    const cases: [act: () => unknown, message: RegExp][] = [
      [() => lineSequences([], tokenizer), /there are no lines/],
      [() => lineSequences([''], tokenizer), /there are no lines/],
      [
        () => lineSequences(['a', 'abc'], tokenizer, { end: 3, length: 3 }),
        /line 1 has 4 tokens .* pass a length of 4/,
      ],
      [() => lineSequences(['a'], tokenizer, { begin: -1 }), /begin must be an integer of at least 0/],
      [() => lineSequences(['a'], tokenizer, { length: 0 }), /length must be an integer of at least 1/],
    ];
    for (const [act, message] of cases) {
      expect(act).toThrow(message);
      expect(act).toThrow(GenaiError);
    }
  });
});
