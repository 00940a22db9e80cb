import { GenaiError, type Key, key } from '@genai/core';
import { activation, dense, dropout, mlp } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { reshape, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { causalConv } from './causal-conv.js';
import { windowed } from './windowed.js';

sequenceNetLaws('windowed', () => ({ net: windowed(mlp([4 * 3, 6, 2]), { length: 4, inputs: 3, outputs: 2 }) }));
sequenceNetLaws('windowed, a bigram', () => ({ net: windowed(dense(3, 2), { length: 1, inputs: 3, outputs: 2 }) }));

test('known answers: what the layer sees, the earliest input first, zeros before the first', () => {
  const identity = activation((x) => x);
  const net = windowed(identity, { length: 3, inputs: 2, outputs: 6 });
  using x = owned(tensor([1, 2, 3, 4, 5, 6], [1, 3, 2]));
  scope(() => {
    const { output } = net.run({}, x, net.start({}, 1));
    expectClose(output, [
      [0, 0, 0, 0, 1, 2],
      [0, 0, 1, 2, 3, 4],
      [1, 2, 3, 4, 5, 6],
    ]);
  });
});

test('known answers: with one dense layer it is a causal convolution', () => {
  const [net, conv] = [windowed(dense(6, 4), { length: 2, inputs: 3, outputs: 4 }), causalConv(3, 4, { kernel: 2 })];
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 5, 3]));
  scope(() => {
    const same = { weight: reshape(params.weight, [2, 3, 4]), bias: params.bias! };
    const start = net.start(params, 2);
    expectClose(net.run(params, x, start).output, conv.run(same, x, start).output);
  });
});

test('known answers: a key reaches the layer', () => {
  const net = windowed(dropout(0.5), { length: 2, inputs: 3, outputs: 6 });
  using x = owned(normalNoise(key(1), [2, 5, 3]));
  const run = (k?: Key): number[] => scope(() => Array.from(net.run({}, x, net.start({}, 2), k).output.dataSync()));
  expect(run(key(2))).toEqual(run(key(2)));
  expect(run(key(2))).not.toEqual(run());
});

test('errors: sizes, and a layer that gives another width than was said', () => {
  expect(() => windowed(dense(3, 2), { length: 0, inputs: 3, outputs: 2 })).toThrow(GenaiError);
  const net = windowed(dense(6, 4), { length: 2, inputs: 3, outputs: 5 });
  using params = owned(net.init(key(0)));
  using state = owned(net.start(params, 1));
  using x = owned(zeros([1, 4, 3]));
  using one = owned(zeros([1, 3]));
  const expected = 'windowed(2), what the layer gives: got shape';
  expect(() => net.run(params, x, state)).toThrow(`${expected} [1, 4, 4], expected [1, 4, 5].`);
  expect(() => net.step(params, one, state)).toThrow(`${expected} [1, 4], expected [1, 5].`);
});
