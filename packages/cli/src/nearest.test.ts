import { expect, test } from 'vitest';
import { nearest, suggest } from './nearest.js';

test('finds what was meant', () => {
  const known = ['digits', 'mnist', 'fashion-mnist'];
  expect(nearest('fasion-mnist', known)).toEqual(['fashion-mnist']);
  expect(nearest('minst', known)).toEqual(['mnist']);
  expect(nearest('DIGITS', known)).toEqual(['digits']);
  expect(nearest('fash', known)).toEqual(['fashion-mnist']);
  expect(nearest('moons', known)).toEqual([]);
  expect(suggest('minst', known)).toBe('Did you mean mnist?');
  expect(suggest('moons', known)).toBe('Known: digits, mnist, fashion-mnist.');
});
