import { disposeTree, key } from '@genai/core';
import { gru } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { scalar, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { meanNll } from './mean-nll.js';
import { nll } from './nll.js';
import { recurrentNet } from './recurrent/recurrent-net.js';
import type { SequenceBatch } from './sequence-batch.js';
import { tokenModel } from './token-model.js';

const model = tokenModel({ vocabulary: 3, net: recurrentNet(gru(3, 4)), beginToken: 0 });
const batch = (rows: number[][], mask?: number[][]): SequenceBatch => ({
  elements: tensor2d(rows, undefined, 'int32'),
  ...(mask && { mask: tensor2d(mask) }),
});

test('known answers: batches weigh as much as they count', async () => {
  const params = model.init(key(0));
  const first = batch([[0, 2, 1], [1, 1, 0]], [[1, 1, 0], [1, 0, 0]]); // biome-ignore format: rows
  const second = batch([[2, 2, 0]]);
  const loss = (b: SequenceBatch): number =>
    tidy(() => nll(model).loss(params, b, key(1), scalar(0)).loss.dataSync()[0]!);
  const all = (async function* () {
    yield* [first, second];
  })();
  const counts: number[] = [];
  let total = 0;
  const { nats, count } = await meanNll(model, params, all, {
    onSequence: (sequence) => {
      counts.push(sequence.count);
      total += sequence.nats;
    },
  });
  expect(count).toBe(6);
  expect(counts).toEqual([2, 1, 3]);
  expectClose([total / 6], [nats]);
  expectClose([nats], [(3 * loss(first) + 3 * loss(second)) / 6]);
  disposeTree([params, first, second]);
});

test('errors: a signal, and nothing is left over', async () => {
  const params = model.init(key(0));
  const one = batch([[0, 1]]);
  const all = (async function* () {
    yield one;
  })();
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(meanNll(model, params, all, { signal })).rejects.toThrow('enough');
  disposeTree([params, one]);
});
