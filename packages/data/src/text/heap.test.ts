import { key, randomIntegers } from '@genai/core';
import { expect, test } from 'vitest';
import { heap } from './heap.js';

test('properties: what is pushed comes out in order, pushes and pops mixed', () => {
  for (let i = 0; i < 50; i++) {
    const queue = heap<number>((a, b) => a < b);
    const held: number[] = [];
    for (const draw of randomIntegers(key(i), 100, { min: -20, max: 40 })) {
      if (draw >= 0) {
        queue.push(draw);
        held.push(draw);
      } else {
        held.sort((a, b) => a - b);
        expect(queue.pop()).toBe(held.shift());
      }
    }
    for (const want of held.sort((a, b) => a - b)) expect(queue.pop()).toBe(want);
    expect(queue.pop()).toBeUndefined();
  }
});
