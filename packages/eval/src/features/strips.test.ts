import { expect, test } from 'vitest';
import { hashedRows } from '../../golden/hashed-rows.js';
import { stripsOf, stripsOfScript } from './strips.js';

test.each([
  ['WebAssembly', stripsOf],
  ['JavaScript', stripsOfScript],
])('laws: %s, sum by sum', (_name, make) => {
  for (const [depth, leftPanels, rightPanels] of [
    [1, 1, 1],
    [5, 2, 3],
    [37, 3, 2],
    [300, 2, 70], // more than the first page of memory holds
  ] as const) {
    const { left, right, multiply } = make(depth, leftPanels, rightPanels);
    left.set(hashedRows(1, 1, left.length)[0]!);
    right.set(hashedRows(2, 1, right.length)[0]!);
    for (const [panel, first] of [
      [0, 0],
      [leftPanels - 1, rightPanels - 1],
    ] as const) {
      const strip = multiply(panel, first);
      const columns = 4 * (rightPanels - first);
      expect(strip.length).toBe(4 * columns);
      for (let i = 0; i < 4; i++) {
        for (let j = 0; j < columns; j++) {
          let want = 0;
          const other = first + Math.floor(j / 4);
          for (let k = 0; k < depth; k++)
            want += left[(panel * depth + k) * 4 + i]! * right[(other * depth + k) * 4 + (j % 4)]!;
          expect(Math.abs(strip[i * columns + j]! - want)).toBeLessThan(1e-13);
        }
      }
    }
  }
});
