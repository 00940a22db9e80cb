import { GenaiError } from '@genai/core';
import { describe, expect, test } from 'vitest';
import { characters } from '../characters.js';
import { bytes } from './bytes.js';
import { tokenBytes } from './token-bytes.js';
import { withSpecial } from './with-special.js';

describe('bytes: known answers', () => {
  test('tokens are the bytes of UTF-8, and broken characters are U+FFFD', () => {
    const { vocabulary, encode, decode } = bytes();
    expect(vocabulary).toBe(256);
    expect([...encode('né€😀')]).toEqual([0x6e, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80]);
    expect(decode(encode('\ufeffné€😀\0\r\n'))).toBe('\ufeffné€😀\0\r\n');
    expect(decode([0x6e, 0xf0, 0x9f, 0x98, 0x6e, 0x80, 0xff])).toBe('n\ufffdn\ufffd\ufffd');
    expect(encode('').length).toBe(0);
    expect(decode([])).toBe('');
  });

  test('special tokens follow the bytes; their names are only text unless asked for', () => {
    const tokenizer = bytes({ special: ['<|a|>', '$^'] });
    expect(tokenizer.vocabulary).toBe(258);
    expect([...tokenizer.encode('$^x<|a|>', { special: true })]).toEqual([257, 120, 256]);
    expect([...tokenizer.encode('$^')]).toEqual([36, 94]);
    expect(tokenizer.decode([257, 120, 256])).toBe('$^x<|a|>');
    expect(tokenizer.decode([257, 120, 256], { special: false })).toBe('x');
    const signs = ['-', '\\', '.', '[^]', '(?:', '/', '😀', '&#=!%~,:;"`@ '];
    const all = bytes({ special: signs }).encode(signs.join('x'), { special: true });
    expect([...all].filter((token) => token !== 120)).toEqual(signs.map((_, i) => 256 + i));
  });
});

describe('withSpecial: known answers', () => {
  test('characters keep their numbers', () => {
    const tokenizer = withSpecial(characters('été'), ['<|end|>']);
    expect(tokenizer.vocabulary).toBe(3);
    expect([...tokenizer.encode('té<|end|>', { special: true })]).toEqual([0, 1, 2]);
    expect(tokenizer.decode([0, 1, 2])).toBe('té<|end|>');
    expect(() => tokenizer.encode('<|end|>')).toThrow(/"<", character 0 of the text/);
  });
});

describe('tokenBytes: known answers', () => {
  test('with and without special tokens', () => {
    for (const tokenizer of [characters('é!'), withSpecial(characters('é!'), ['<|end|>'])]) {
      expect([...tokenBytes(tokenizer)(1)]).toEqual([0xc3, 0xa9]);
      expect(() => tokenBytes(tokenizer)(3)).toThrow(GenaiError);
    }
    expect([...tokenBytes(bytes())(0xc3)]).toEqual([0xc3]);
    expect([...tokenBytes(bytes({ special: ['x'] }))(256)]).toEqual([]);
  });
});

describe('bytes: errors', () => {
  test('names, tokens and special tokens that are none', () => {
    expect(() => bytes({ special: ['x', 'x'] })).toThrow(
      /bytes: special names \["x","x"\], expected names that differ/,
    );
    expect(() => bytes().decode([0, 256])).toThrow(/bytes: token 256 is outside the vocabulary of 256 \(0 to 255\)/);
    expect(() => bytes().tokenBytes(-1)).toThrow(GenaiError);
    expect(() => bytes({ special: ['y'] }).specialToken('x')).toThrow(/no special token "x", only \["y"\]/);
  });
});
