import { disposeTree, key, randomIntegers } from '@genai/core';
import { gru } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { scalar, type Tensor, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { nll } from './nll.js';
import { recurrentNet } from './recurrent/recurrent-net.js';
import { type MeasuredPiece, streamNll } from './stream-nll.js';
import { tokenModel } from './token-model.js';

const model = tokenModel({ vocabulary: 5, net: recurrentNet(gru(3, 4)) });
const tokens = randomIntegers(key(1), 43, { min: 0, max: 5 });

const lossOf = (params: ReturnType<typeof model.init>, x: Tensor): Tensor =>
  tidy(() => nll(model).loss(params, x, key(2), scalar(0)).loss);

describe('known answers: the likelihood of a stream', () => {
  test('in pieces of any length it is that of the whole', async () => {
    const params = model.init(key(0));
    const whole = tensor2d(tokens, [1, 43], 'int32');
    const loss = lossOf(params, whole);
    for (const length of [1, 10, 42, 100]) {
      expectClose([await streamNll(model, params, tokens, { length })], loss);
    }
    disposeTree([params, whole, loss]);
  });

  test('rows are streams of equal length, and what is left over is not read', async () => {
    const params = model.init(key(0));
    const rows = tensor2d(tokens.slice(0, 40), [4, 10], 'int32');
    const loss = lossOf(params, rows);
    const pieces: MeasuredPiece[] = [];
    expectClose(
      [await streamNll(model, params, tokens, { rows: 4, length: 4, onPiece: (piece) => pieces.push(piece) })],
      loss,
    );
    expect(pieces.map(({ count }) => count)).toEqual([4, 4, 4, 4, 4, 4, 4, 4, 1, 1, 1, 1]);
    expectClose([pieces.reduce((sum, { nats }) => sum + nats, 0) / 36], loss);
    disposeTree([params, rows, loss]);
  });

  test('errors: too few tokens, no rows, and a signal; nothing is left over', async () => {
    const params = model.init(key(0));
    await expect(streamNll(model, params, tokens, { rows: 30 })).rejects.toThrow('43 tokens make no 30 streams');
    await expect(streamNll(model, params, tokens, { rows: 0 })).rejects.toThrow('rows');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(streamNll(model, params, tokens, { signal })).rejects.toThrow('enough');
    disposeTree(params);
  });
});
