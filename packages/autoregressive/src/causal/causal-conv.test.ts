import { GenaiError, key } from '@genai/core';
import { ones as filledWithOnes, zeros as filledWithZeros } from '@genai/nn';
import { normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { mul, ones, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { causalConv } from './causal-conv.js';
import { weightNorm } from './weight-norm.js';

sequenceNetLaws('causalConv', () => ({ net: causalConv(3, 4, { kernel: 3 }) }));
sequenceNetLaws('causalConv, dilated', () => ({ net: causalConv(3, 4, { kernel: 3, dilation: 2, bias: false }) }));
sequenceNetLaws('causalConv of the present alone', () => ({ net: causalConv(3, 4, { kernel: 1, dilation: 5 }) }));
sequenceNetLaws('weightNorm', () => ({ net: weightNorm(causalConv(3, 4)) }));

test('known answers: a kernel of ones adds the inputs at t, t − 3 and t − 6, and its state is the last six', () => {
  const net = causalConv(1, 1, { kernel: 3, dilation: 3, initializer: filledWithOnes });
  using params = owned(net.init(key(0)));
  using x = owned(tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 8, 1]));
  scope(() => {
    const { output, state } = net.run(params, x, net.start(params, 1));
    expectClose(output, [1, 2, 3, 5, 7, 9, 12, 15]);
    expectClose(state.past!, [3, 4, 5, 6, 7, 8]);
  });
});

test('statistics: fresh weights give twice the variance of the input', () => {
  const net = causalConv(64, 64, { kernel: 4 });
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [4, 64, 64]));
  const second = scope(() => net.run(params, x, net.run(params, x, net.start(params, 4)).state).output); // behind no zeros
  const values = Array.from(second.dataSync());
  second.dispose();
  const variance = values.reduce((total, value) => total + value * value, 0) / values.length;
  expect(Math.abs(variance - 2)).toBeLessThan(0.15);
});

test('known answers: a fresh weightNorm is its net, its direction has no length of its own, and its gain scales', () => {
  const plain = causalConv(3, 4);
  const net = weightNorm(plain);
  using params = owned(net.init(key(0)));
  using weights = owned(plain.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 5, 3]));
  scope(() => {
    const start = net.start(params, 2);
    const want = plain.run(weights, x, start).output;
    expectClose(net.run(params, x, start).output, want);
    expectClose(net.run({ ...params, direction: mul(params.direction, 3) }, x, start).output, want);
    expectClose(net.run({ ...params, gain: mul(params.gain, 3) }, x, start).output, mul(want, 3));
  });
});

test('errors: sizes, the shape of the input and of the state', () => {
  expect(() => causalConv(0, 4)).toThrow('causalConv(0, 4): inputs must be an integer of at least 1, got 0.');
  expect(() => causalConv(3, 4, { dilation: 0 })).toThrow(
    'causalConv(3, 4): dilation must be an integer of at least 1',
  );
  const net = causalConv(3, 4, { initializer: filledWithZeros });
  using params = owned(net.init(key(0)));
  using state = owned(net.start(params, 2));
  using none = owned(zeros([2, 0, 3]));
  using wide = owned(zeros([2, 5, 4]));
  using more = owned(ones([3, 5, 3]));
  expect(() => net.run(params, none, state)).toThrow(GenaiError);
  expect(() => net.run(params, none, state)).toThrow(
    'causalConv(3, 4): got no time step, expected [batch, time, inputs].',
  );
  expect(() => net.run(params, wide, state)).toThrow(
    'causalConv(3, 4): got shape [2, 5, 4], expected [batch, time, 3].',
  );
  expect(() => net.step(params, wide, state)).toThrow('causalConv(3, 4): got shape [2, 5, 4], expected [batch, 3].');
  expect(() => net.run(params, more, state)).toThrow(
    'causalConv(3, 4), the state carried: got shape [2, 1, 3], expected [3, 1, 3].',
  );
  expect(() => net.run(params, more, {})).toThrow(
    'causalConv(3, 4), the state carried: got shape [], expected [3, 1, 3].',
  );
});
