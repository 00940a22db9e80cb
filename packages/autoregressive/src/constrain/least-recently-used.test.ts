import { expect, test } from 'vitest';
import { leastRecentlyUsed } from './least-recently-used.js';

test('known answers: results are kept until others were used more recently', () => {
  const computed: string[] = [];
  const upper = leastRecentlyUsed(
    2,
    (text: string) => text,
    (text) => {
      computed.push(text);
      return text.toUpperCase();
    },
  );
  for (const text of ['a', 'b', 'a', 'c', 'a', 'b']) expect(upper(text)).toBe(text.toUpperCase());
  expect(computed).toEqual(['a', 'b', 'c', 'b']);
});
