import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, slice, tensor1d, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { normalNoise } from '../noise.js';
import { scope } from '../scope.js';
import { cachedAttention } from './cached-attention.js';
import { groupedAttention } from './grouped-attention.js';

test.each([
  ['all that is behind', 12, { heads: 4, keyHeads: 2 }],
  ['with slopes and a cap', 9, { heads: 4, scoreCap: 1.5, slopes: [0.5, 0.25, 0.1, 0] }],
  ['a ring that is as long as window and run need', 7, { heads: 2, keyHeads: 1, window: 4, scale: 0.7 }],
])('laws: piece by piece it gives what the whole sequence gives at once: %s', (_, room, options) => {
  const { heads, keyHeads = heads } = options as { heads: number; keyHeads?: number };
  const qkv = normalNoise(key(0), [2, 9, (heads + 2 * keyHeads) * 6]);
  const whole = groupedAttention(qkv, options);
  scope(() => {
    let cache = { keys: zeros([2, room, keyHeads * 6]), values: zeros([2, room, keyHeads * 6]) };
    let behind = 0;
    for (const time of [4, 1, 3, 1]) {
      const piece = slice(qkv, [0, behind, 0], [2, time, qkv.shape[2]!]);
      const made = cachedAttention(piece, cache, tensor1d([behind, behind], 'int32'), options);
      expectClose(made.output, slice(whole, [0, behind, 0], [2, time, heads * 6]).dataSync(), { absolute: 1e-5 });
      cache = made.cache;
      behind += time;
    }
  });
  dispose([qkv, whole]);
});

test('laws: rows may have different numbers of positions behind, and counting back undoes a step', () => {
  const options = { heads: 2 };
  const qkv = normalNoise(key(1), [2, 3, 24]);
  scope(() => {
    const start = { keys: zeros([2, 5, 8]), values: zeros([2, 5, 8]) };
    const part = (from: number, time: number) => slice(qkv, [0, from, 0], [2, time, 24]);
    const first = cachedAttention(part(0, 2), start, tensor1d([0, 0], 'int32'), options).cache;
    // The second row goes on from one position only: what it had at the other is written over.
    const { output, cache } = cachedAttention(part(2, 1), first, tensor1d([2, 1], 'int32'), options);
    const whole = groupedAttention(qkv, options);
    expectClose(slice(output, [0, 0, 0], [1, 1, 8]), slice(whole, [0, 2, 0], [1, 1, 8]).dataSync(), { absolute: 1e-5 });
    const again = cachedAttention(part(1, 1), cache, tensor1d([1, 1], 'int32'), options);
    expectClose(again.output, slice(whole, [0, 1, 0], [2, 1, 8]).dataSync(), { absolute: 1e-5 });
  });
  qkv.dispose();
});

test('errors: more positions than there is room for, and caches of another width', () => {
  const qkv = zeros([1, 3, 12]);
  const [small, wide, behind] = [zeros([1, 2, 4]), zeros([1, 4, 5]), tensor1d([0], 'int32')];
  const run = (keys: typeof small) => cachedAttention(qkv, { keys, values: keys }, behind, { heads: 1 });
  expect(() => run(small)).toThrow('3 positions do not fit into a cache with room for 2');
  expect(() => run(wide)).toThrow('cachedAttention: keys');
  dispose([qkv, small, wide, behind]);
});
