import { disposeTree, key, type Step } from '@genai/core';
import { gru } from '@genai/nn';
import { expectClose } from '@genai/testing/expect-close';
import { memory, ones, scalar, type Tensor, tensor1d, tensor2d, tidy, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type CarriedBatch, carried } from './carried.js';
import { nll } from './nll.js';
import { recurrentNet } from './recurrent/recurrent-net.js';
import { tokenModel } from './token-model.js';

const model = tokenModel({ vocabulary: 3, net: recurrentNet(gru(4, 5)) });
const TEXT = [
  [0, 2, 1, 1, 0, 2, 2],
  [1, 0, 0, 2, 1, 2, 0],
];
const piece = (from: number, to: number, fresh = 0): { elements: Tensor; fresh: Tensor } => ({
  elements: tensor2d(
    TEXT.map((row) => row.slice(from, to + 1)),
    [2, to + 1 - from],
    'int32',
  ),
  fresh: tensor1d([fresh, fresh]),
});

/** A step that moves nothing: what it tells is the loss. */
const still = carried(model, { rows: 2, forget: 0 }, (objective) => ({
  init: (key) => ({ params: objective.init(key) }),
  run: (state, batch: CarriedBatch<ReturnType<typeof model.start>>, key) => ({
    state,
    metrics: objective.loss(state.params, batch, key, scalar(0)),
  }),
}));

describe('laws: states carried from piece to piece', () => {
  test('the losses of the pieces are those of the whole, and only the loss is told', () => {
    const state = still.init(key(0));
    tidy(() => {
      const first = still.run(state, piece(0, 3, 1), key(1));
      const second = still.run(first.state, piece(3, 6), key(2));
      expect(Object.keys(second.metrics)).toEqual(['loss']);
      const whole = nll(model).loss(state.params, piece(0, 6).elements, key(3), scalar(0)).loss;
      const mean = (first.metrics.loss.dataSync()[0]! + second.metrics.loss.dataSync()[0]!) / 2;
      expectClose(whole, [mean]);
    });
    disposeTree(state);
  });

  test('a row that begins anew has nothing carried into it, the other has', () => {
    const state = still.init(key(0));
    tidy(() => {
      const { state: after } = still.run(state, piece(0, 3, 1), key(1));
      const mixed = still.run(after, { ...piece(3, 6), fresh: tensor1d([1, 0]) }, key(2)).state.carried.net.hidden;
      const anew = still.run(after, piece(3, 6, 1), key(2)).state.carried.net.hidden;
      const on = still.run(after, piece(3, 6, 0), key(2)).state.carried.net.hidden;
      const row = (x: Tensor, i: number): number[] => (x.arraySync() as number[][])[i]!;
      expect(row(mixed, 0)).toEqual(row(anew, 0));
      expect(row(mixed, 1)).toEqual(row(on, 1));
      expect(row(anew, 1)).not.toEqual(row(on, 1));
    });
    disposeTree(state);
  });

  test('by chance, a row begins anew though its stream goes on', () => {
    const rows = 400;
    let begun = 0;
    const seldom = carried(model, { rows, forget: 0.25 }, (objective) => ({
      init: (key) => ({ params: objective.init(key) }),
      run: (state, batch: CarriedBatch<ReturnType<typeof model.start>>, key) => {
        const hidden = batch.state.net.hidden.arraySync() as number[][];
        begun = hidden.filter((row) => row.every((x) => x === 0)).length;
        return { state, metrics: objective.loss(state.params, batch, key, scalar(0)) };
      },
    }));
    const { params, carried: start } = seldom.init(key(0));
    const state = { params, carried: { net: { hidden: ones([rows, 5]) } } };
    tidy(() => {
      seldom.run(state, { elements: zeros([rows, 4], 'int32'), fresh: zeros([rows]) }, key(1));
    });
    expect(begun).toBeGreaterThan(0.18 * rows);
    expect(begun).toBeLessThan(0.32 * rows);
    disposeTree([state, start]);
  });

  test('it leaves the old state as it was, and nothing over', () => {
    const state = still.init(key(0));
    const batch = piece(0, 3, 1);
    const before = memory().numTensors;
    const made = still.run(state, batch, key(1));
    expect(memory().numTensors - before).toBe(2); // the loss, the state carried; parameters are the same
    expect(state.carried.net.hidden.dataSync()).toEqual(new Float32Array(10));
    disposeTree([made.metrics.loss, made.state.carried, state, batch]);
  });

  test('errors: other rows, or no rows', () => {
    const state = still.init(key(0));
    const other: Step<typeof state, ReturnType<typeof piece>, { loss: Tensor }> = still;
    tidy(() => {
      const batch = { elements: tensor2d([[0, 1]], [1, 2], 'int32'), fresh: tensor1d([0]) };
      expect(() => other.run(state, batch, key(0))).toThrow('carried: elements');
    });
    expect(() => carried(model, { rows: 1, forget: 1 }, () => still as never)).toThrow('forget must be');
    expect(() => carried(model, { rows: 0 }, () => still as never)).toThrow('rows');
    disposeTree(state);
  });
});
