import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { characters } from './characters.js';

describe('characters: known answers', () => {
  test('the vocabulary is in the order of code points, beyond 16 bits too', () => {
    const { vocabulary, alphabet, encode } = characters('zebra ★😀a');
    expect(vocabulary).toBe(8);
    expect(alphabet).toBe(' aberz★😀');
    expect(Array.from(encode('a😀★ '))).toEqual([1, 7, 6, 0]);
  });

  test('code points beyond 16 bits come after those of private use', () => {
    expect(characters('😀\uffee').alphabet).toBe('\uffee😀');
  });
});

describe('characters: properties', () => {
  test('decode undoes encode, and the alphabet makes the same tokenizer', () => {
    const text = 'Call me Ishmael.\r\nSome years ago—never mind how long “precisely” 🐋🏴‍☠️';
    const tokenizer = characters(text);
    const tokens = tokenizer.encode(text);
    expect(tokenizer.decode(tokens)).toBe(text);
    expect(tokenizer.decode([])).toBe('');
    expect(characters(tokenizer.alphabet).encode(text)).toEqual(tokens);
  });
});

describe('characters: errors', () => {
  test('name the character or token and its place', () => {
    expect(() => characters('')).toThrow(GenaiError);
    expect(() => characters('abc').encode('abxc')).toThrow(/"x", character 2 of the text, is not among the 3/);
    expect(() => characters('abc').decode([0, 3])).toThrow(/token 3 at 1 .*0 to 2/);
    expect(() => characters('abc').decode([-1])).toThrow(GenaiError);
  });
});
