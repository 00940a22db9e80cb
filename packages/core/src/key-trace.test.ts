import { expect, test } from 'vitest';
import { fold, type Key, key, randomNormal, randomPermutation, split, traceKeys } from './index.js';

test('laws: a trace is told how each key was derived, and which were drawn from, until the function ends', () => {
  const derived: [Key, Key, number][] = [];
  const drawn: Key[] = [];
  const trace = {
    derived: (child: Key, parent: Key, data: number) => void derived.push([child, parent, data]),
    drawn: (k: Key) => void drawn.push(k),
  };
  const root = key(5);
  const made = traceKeys(trace, () => {
    const [a, b] = split(root);
    randomNormal(fold(a, -1), 2);
    randomPermutation(b, 3);
    return [a, b] as const;
  });
  expect(derived.slice(0, 3)).toEqual([
    [made[0], root, 0],
    [made[1], root, 1],
    [fold(made[0], -1), made[0], 2 ** 32 - 1],
  ]);
  for (const [child, parent, data] of derived) expect(child).toEqual(fold(parent, data));
  expect(drawn[0]).toEqual(fold(made[0], -1));
  expect(drawn.length).toBe(2);
  const before = derived.length;
  split(root);
  expect(derived.length).toBe(before);
});

test('laws: a trace ends also when the function throws', () => {
  let told = 0;
  const trace = { derived: () => void told++, drawn: () => undefined };
  expect(() =>
    traceKeys(trace, () => {
      throw new Error('no');
    }),
  ).toThrow('no');
  fold(key(1), 2);
  expect(told).toBe(0);
});
