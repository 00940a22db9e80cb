import { key } from '@genai/core';
import { expect, test } from 'vitest';
import { accepts, dice } from '../../test/constraint-walks.js';
import { choices } from './choices.js';

test('known answers: texts that begin alike, that begin each other, twice the same, and none', () => {
  const automaton = choices(['no', 'not', 'note', 'nö', 'no', '', '💩']);
  for (const text of ['no', 'not', 'note', 'nö', '', '💩']) expect(accepts(automaton, text), text).toBe(true);
  for (const text of ['n', 'notes', 'o', 'nö ', '💩💩']) expect(accepts(automaton, text), text).toBe(false);
});

test('known answers: twenty thousand words, with no more readings at once than letters', () => {
  const random = dice(key(13));
  const word = (): string => Array.from({ length: 8 }, () => 'abcdefgh'[Math.floor(random() * 8)]).join('');
  const list = Array.from({ length: 20_000 }, word);
  const [automaton, known] = [choices(list), new Set(list)];
  const tried = [...list.slice(0, 2000), ...Array.from({ length: 2000 }, word)];
  expect(tried.filter((text) => accepts(automaton, text) !== known.has(text))).toEqual([]);
  expect(automaton.next(automaton.start, 97)!.stacks.length).toBe(8);
});

test('errors: an empty list', () => {
  expect(() => choices([])).toThrow(/the list is empty/);
});
