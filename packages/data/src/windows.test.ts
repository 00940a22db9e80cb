import { GenaiError } from '@genai/core';
import { batchesLaws } from '@genai/testing/batches-laws';
import { describe, expect, test } from 'vitest';
import { batches } from './batches.js';
import { windows } from './windows.js';

const tokens = Uint16Array.from({ length: 10 }, (_, i) => 100 * i);

batchesLaws('windows of text', (k) => batches(windows(tokens, { length: 3, stride: 1 }), { size: 4, key: k }), {
  epoch: { batches: 2, examples: 8, ids: (x) => x.dataSync().filter((_, i) => i % 3 === 0) },
});

describe('windows: known answers', () => {
  test('do not overlap unless asked to', async () => {
    expect(windows(tokens, { length: 3 }).length).toBe(3);
    expect(windows(tokens, { length: 3, stride: 1 }).length).toBe(8);
    expect(windows(tokens, { length: 10 }).length).toBe(1);
    const x = await windows(tokens, { length: 3 }).read(Uint32Array.of(2, 0));
    expect([x.dtype, x.shape, Array.from(x.dataSync())]).toEqual(['int32', [2, 3], [600, 700, 800, 0, 100, 200]]);
    x.dispose();
  });
});

describe('windows: errors', () => {
  test('too short a text, and numbers out of range', () => {
    expect(() => windows(tokens, { length: 11 })).toThrow(/10 tokens are too few for a window of 11/);
    expect(() => windows(tokens, { length: 0 })).toThrow(GenaiError);
    expect(() => windows(tokens, { length: 2, stride: 0 })).toThrow(GenaiError);
    expect(() => windows(tokens, { length: 3 }).read(Uint32Array.of(3))).toThrow(GenaiError);
  });
});
