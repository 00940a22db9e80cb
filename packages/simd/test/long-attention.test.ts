import { key } from '@genai/core';
import { expectClose } from '@genai/testing/expect-close';
import { dispose, slice, sum, type Tensor, tensor, tidy } from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
// @boundaries-ignore the gradients that an application gets
import { repairGradients } from '../../backend/src/repair-gradients.js';
// @boundaries-ignore the ops are run on this engine, which is quick enough for their long sequences
import { attention, groupedAttention, normalNoise, valueAndGrad } from '../../tensor/src/index.js';
import type { SimdBackend } from '../src/simd-backend.js';
import { startSimd, stopSimd } from './with-simd.js';

/** 144 million scores, 549 MiB; keys and values of a head do not fit into what a kernel has for them. */
const [LENGTH, HEADS, WIDTH] = [6000, 4, 16];
const LAST = 3;

let backend: SimdBackend;
beforeEach(async () => {
  backend = await startSimd();
  repairGradients();
});
afterEach(() => {
  // Memory never shrinks: what it came to is the most that was held.
  const most = backend.machine.buffer.byteLength;
  stopSimd();
  expect(most).toBeLessThan(4 * HEADS * LENGTH ** 2);
});

test('laws: scores of a long sequence are never held at the same time, for the gradient neither; with a mask too', () => {
  const [q, k, v] = [0, 1, 2].map((i) => normalNoise(key(i), [1, HEADS, LENGTH, WIDTH])) as [Tensor, Tensor, Tensor];
  const mask = tensor(
    Uint8Array.from({ length: LENGTH }, (_, i) => (i % 3 ? 1 : 0)),
    [1, LENGTH],
    'bool',
  );
  const last = (x: Tensor): Tensor => slice(x, [0, 0, LENGTH - LAST, 0], [1, HEADS, LAST, WIDTH]);
  for (const options of [{ causal: true }, { mask }]) {
    const [got, want] = tidy(() => [last(attention(q, k, v, options)), attention(last(q), k, v, options)]);
    expectClose(got!, want!);
    dispose([got!, want!]);
  }
  const { values, grad } = valueAndGrad((p) => ({ loss: sum(attention(p.q, p.k, p.v, { causal: true })) }), {
    q,
    k,
    v,
  });
  // A row of weights sums to 1: so do the slopes of v over all keys, for each of the queries.
  const total = tidy(() => sum(grad.v, 2)); // (1, heads, width)
  expectClose(total, Array(HEADS * WIDTH).fill(LENGTH), { relative: 1e-4 });
  dispose([q, k, v, mask, values.loss, grad.q, grad.k, grad.v, total]);
});

test.each([{ window: 5 }, { scoreCap: 2 }, { slopes: Array.from({ length: HEADS }, (_, i) => i / 8) }])(
  'laws: the last queries of a long sequence give what they give behind the others: %o',
  (options) => {
    const columns = HEADS * WIDTH;
    const qkv = normalNoise(key(0), [1, LENGTH, 3 * columns]);
    const [got, want] = tidy(() => {
      const past = (part: number): Tensor => slice(qkv, [0, 0, part * columns], [1, LENGTH - LAST, columns]);
      const last = slice(qkv, [0, LENGTH - LAST, 0], [1, LAST, 3 * columns]);
      return [
        slice(groupedAttention(qkv, { heads: HEADS, ...options }), [0, LENGTH - LAST, 0], [1, LAST, columns]),
        groupedAttention(last, { heads: HEADS, ...options, past: { keys: past(1), values: past(2) } }),
      ];
    });
    expectClose(got!, want!);
    dispose([qkv, got!, want!]);
  },
);
