import { key, split } from '@genai/core';
import { dropElements, normalNoise, owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { add, relu, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { causalConv } from './causal-conv.js';
import { temporalConvNet } from './temporal-conv-net.js';
import { weightNorm } from './weight-norm.js';

sequenceNetLaws('temporalConvNet', () => ({ net: temporalConvNet({ inputs: 3, channels: [4, 4, 5] }), time: 16 }));

test('known answers: parameters stand beside a block where channels change, and nowhere else', () => {
  const net = temporalConvNet({ inputs: 3, channels: [4, 4, 5], kernel: 3 });
  expect([net.inputs, net.outputs]).toEqual([3, 5]);
  using params = owned(net.init(key(0)));
  expect(params.map(({ beside }) => beside?.weight.shape)).toEqual([[3, 4], undefined, [4, 5]]);
  expect(params[2]!.convolutions.map(({ direction }) => direction.shape)).toEqual([
    [3, 4, 5],
    [3, 5, 5],
  ]);
});

test('statistics: first weights as the authors’ program has them', () => {
  // nn.utils.weight_norm(nn.Conv1d(128, 128, 3)).weight.std(): 0.0295 = 1 / √(3 · 3 · 128); beside it N(0, 0.01²)
  using params = owned(temporalConvNet({ inputs: 64, channels: [128], kernel: 3 }).init(key(0)));
  const deviation = (values: ArrayLike<number>): number =>
    Math.sqrt(Array.from(values).reduce((total, value) => total + value * value, 0) / values.length);
  const { convolutions, beside } = params[0]!;
  expect(deviation(convolutions[1].direction.dataSync())).toBeCloseTo(0.0295, 3);
  expect(deviation(beside!.weight.dataSync())).toBeCloseTo(0.01, 3);
});

test('known answers: a key drops elements behind both convolutions, and nothing else', () => {
  const net = temporalConvNet({ inputs: 3, channels: [3], dropout: 0.5 });
  const conv = weightNorm(causalConv(3, 3));
  using params = owned(net.init(key(0)));
  using x = owned(normalNoise(key(1), [2, 20, 3]));
  const { convolutions } = params[0]!;
  const keys = split(key(2));
  scope(() => {
    const behind = (y: Tensor, i: 0 | 1): Tensor =>
      dropElements(relu(conv.run(convolutions[i], y, conv.start(convolutions[i], 2)).output), keys[i], 0.5);
    const want = relu(add(behind(behind(x, 0), 1), x));
    expectClose(net.run(params, x, net.start(params, 2), key(2)).output, want);
  });
});

test('errors: no block, sizes and shares', () => {
  expect(() => temporalConvNet({ inputs: 3, channels: [] })).toThrow(
    'temporalConvNet: channels must name the outputs of at least one block, got [].',
  );
  expect(() => temporalConvNet({ inputs: 3, channels: [4, 0] })).toThrow(
    'temporalConvNet: channels[1] must be an integer of at least 1, got 0.',
  );
  expect(() => temporalConvNet({ inputs: 3, channels: [4], dropout: 1 })).toThrow(
    'rate must be at least 0 and below 1',
  );
});
