import { GenaiError, key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { concat, reshape, slice, squaredDifference, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { gru, gruCell, lstm, lstmCell, recurrent } from './index.js';

const kinds = { gru: () => gru(3, 4), lstm: () => lstm(3, 4) };

describe.each(['gru', 'lstm'] as const)('%s', (name) => {
  const layer = kinds[name]() as ReturnType<typeof gru>;

  test('known answers: a sequence in two parts, the state carried, equals the whole', () => {
    using params = owned(layer.init(key(0)));
    using x = owned(normalNoise(key(1), [2, 7, 3]));
    const gap = scope(() => {
      const first = layer.run(params, slice(x, [0, 0, 0], [2, 3, 3]));
      const second = layer.run(params, slice(x, [0, 3, 0], [2, 4, 3]), first.state);
      const whole = layer.run(params, x);
      const parts = concat([first.output, second.output], 1);
      return { outputs: gapOf(parts, whole.output), states: gapOf(second.state.hidden, whole.state.hidden) };
    });
    expect(gap).toEqual({ outputs: 0, states: 0 });
  });

  test('known answers: the last output is the hidden state, and it starts from zeros', () => {
    using params = owned(layer.init(key(0)));
    using x = owned(normalNoise(key(1), [2, 3, 3]));
    const gap = scope(() => {
      const { output, state } = layer.run(params, x);
      const started = layer.run(params, x, layer.cell.start(2)).output;
      return {
        last: gapOf(slice(output, [0, 2, 0], [2, 1, 4]), state.hidden),
        start: gapOf(output, started),
      };
    });
    expect(gap).toEqual({ last: 0, start: 0 });
  });

  test('errors: no time step, a state of another batch, an input of another width', () => {
    using params = owned(layer.init(key(0)));
    using none = owned(zeros([2, 0, 3]));
    using x = owned(zeros([2, 5, 3]));
    using step = owned(zeros([2, 2]));
    using state = owned(layer.cell.start(3));
    expect(() => layer.apply(params, none)).toThrow(`${name}(3, 4): got no time step, expected [batch, time, inputs].`);
    expect(() => layer.run(params, x, state)).toThrow(
      `${name}(3, 4), the state carried: got shape [3, 4], expected [2, 4].`,
    );
    expect(() => layer.cell.apply(params, { x: step, state })).toThrow(
      `${name}(3, 4): got shape [2, 2], expected [batch, 3].`,
    );
  });
});

test('a fresh lstm remembers: its forget gate is biased by 1, nothing else is', () => {
  using params = owned(lstm(2, 3).init(key(0)));
  expect(Array.from(params.input.bias!.dataSync())).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  expect(params.hidden.bias!.dataSync().every((value) => value === 0)).toBe(true);
});

test('the hidden weight of each gate is orthogonal, whatever the number of gates', () => {
  using params = owned(gru(2, 5).init(key(0)));
  for (const gate of [0, 1, 2]) {
    const rows = scope(() => slice(params.hidden.weight, [0, 5 * gate], [5, 5]).arraySync() as number[][]);
    const dots = rows.map((a) => rows.map((b) => a.reduce((total, value, i) => total + value * b[i]!, 0)));
    for (const [i, row] of dots.entries()) {
      for (const [j, dot] of row.entries()) expect(dot).toBeCloseTo(i === j ? 1 : 0, 5);
    }
  }
});

test('a stranger’s state is refused before anything is computed', () => {
  const layer = lstm(3, 4);
  using params = owned(layer.init(key(0)));
  using x = owned(zeros([2, 5, 3]));
  using other = owned(gruCell(3, 4).start(2));
  expect(() => layer.run(params, x, other as never)).toThrow(GenaiError);
});

test('recurrent(cell) is the layer of the same name', () => {
  using params = owned(lstmCell(3, 4).init(key(0)));
  using x = owned(normalNoise(key(1), [2, 5, 3]));
  const gap = scope(() => gapOf(recurrent(lstmCell(3, 4)).apply(params, x), lstm(3, 4).apply(params, x)));
  expect(gap).toBe(0);
});

/** Σ (a − b)². */
function gapOf(a: Tensor, b: Tensor): number {
  return scope(() => sum(squaredDifference(reshape(a, b.shape), b)).dataSync()[0]!);
}
