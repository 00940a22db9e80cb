import { expect, test } from 'vitest';
import { listedNames, nameList } from './listed-names.js';

test('known answers: with spaces, in quotes, quotes that are none', () => {
  expect(listedNames('a, b c ,d')).toEqual(['a', 'b c', 'd']);
  expect(listedNames('"home, city", "a ""b""",c')).toEqual(['home, city', 'a "b"', 'c']);
  expect(listedNames('a "b",c')).toEqual(['a "b"', 'c']);
  expect(listedNames('"a,b')).toEqual(['"a', 'b']);
  expect(listedNames('')).toEqual(['']);
  expect(listedNames('a,')).toEqual(['a', '']);
});

test('law: a list is read as it was written', () => {
  const names = ['a', 'home, city', 'say "x"', '"', ',', 'b'];
  expect(listedNames(nameList(names))).toEqual(names);
});
