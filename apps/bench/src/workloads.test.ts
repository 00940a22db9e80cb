import { useBackend } from '@genai/backend';
import { disposeTree, fold, key, leaves, type Tree } from '@genai/core';
import { owned } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import type { Workload } from './workload.js';
import { decodeCharLstm } from './workloads/decode-char-lstm.js';
import { gptMini } from './workloads/gpt-mini.js';
import { DRAWINGS, WORKLOADS } from './workloads.js';

/** The cpu engine would need minutes for the convolutions. */
beforeAll(async () => {
  await useBackend('wasm');
});

/** Points are cheap; of images and texts one is enough. */
const fewOf = ({ name }: Workload): number => (name.endsWith('_2d') ? 64 : 1);

test('gpt_mini trains as many numbers as its peer', () => {
  const prepared = gptMini.setup({ batch: 1, key: key(0) });
  using state = owned(prepared.step.init(key(1)));
  expect(leaves<Tensor>(prepared.params(state)).reduce((sum, [, leaf]) => sum + leaf.size, 0)).toBe(gptMini.params);
  prepared.dispose();
});

// gpt_mini is gpt_nano, only larger.
test.each(WORKLOADS.filter((workload) => workload !== gptMini))(
  '$name trains as many numbers as its peer, and moves them',
  (workload) => {
    const prepared = workload.setup({ batch: fewOf(workload), key: key(0) });
    let state = prepared.step.init(key(1));
    const before = leaves<Tensor>(prepared.params(state)).map(([, leaf]) => leaf.dataSync());
    expect(before.reduce((sum, values) => sum + values.length, 0)).toBe(workload.params);

    for (let i = 0; i < 2; i++) {
      const { state: next, metrics } = prepared.step.run(state, prepared.batch(i), fold(key(2), i));
      expect(Number.isFinite(metrics.loss.dataSync()[0]), `loss of step ${i + 1}`).toBe(true);
      metrics.loss.dispose();
      const kept = new Set(leaves<Tensor>(next).map(([, leaf]) => leaf));
      disposeTree(leaves<Tensor>(state).flatMap(([, leaf]) => (kept.has(leaf) ? [] : [leaf])) as Tree<Tensor>);
      state = next;
    }
    const moved = leaves<Tensor>(prepared.params(state)).filter(([, leaf], i) => {
      const values = leaf.dataSync();
      return values.some((value, at) => value !== before[i]![at]);
    });
    expect(moved.length).toBe(before.length);
    disposeTree(state);
    prepared.dispose();
  },
);

test.each(WORKLOADS.filter(({ name }) => /^vae_mlp$|_2d$/.test(name)))('$name learns', (workload) => {
  const prepared = workload.setup({ batch: 64, key: key(0) });
  let state = prepared.step.init(key(1));
  const losses: number[] = [];
  for (let i = 0; i < 30; i++) {
    const { state: next, metrics } = prepared.step.run(state, prepared.batch(i), fold(key(2), i));
    losses.push(metrics.loss.dataSync()[0]!);
    metrics.loss.dispose();
    disposeTree(state);
    state = next;
  }
  disposeTree(state);
  prepared.dispose();
  const mean = (values: number[]): number => values.reduce((a, b) => a + b) / values.length;
  expect(mean(losses.slice(-10))).toBeLessThan(mean(losses.slice(0, 10)));
});

test.each(DRAWINGS)('$name has as many numbers as its peer', async ({ load, params }) => {
  const drawn = load({ batch: 1, key: key(0) });
  expect(leaves<Tensor>(drawn.params).reduce((sum, [, leaf]) => sum + leaf.size, 0)).toBe(params);
  await drawn.dispose();
});

test('a text goes on from draw to draw', async () => {
  const drawn = decodeCharLstm.load({ batch: 1, key: key(0) });
  const means = [await drawn.draw(0), await drawn.draw(1)];
  expect(means.every(Number.isFinite)).toBe(true);
  expect(means[0]).not.toBe(means[1]);
  await drawn.dispose();
});
