import { key, leaves, sizeOf } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/gated-conv-net.json' with { type: 'json' };
import { type GatedConvNetParams, gatedConvNet } from './gated-conv-net.js';
import { glowNet } from './glow-net.js';

layerLaws('conv2d(2, 3)', () => ({
  layer: gatedConvNet(2, 2, { hidden: 3, layers: 2 }),
  input: () => normalNoise(key(1), [2, 3, 4, 2]),
  output: [2, 3, 4, 2],
  wrong: () => zeros([2, 3, 4, 1]),
  // Without second derivatives: that of the ELU jumps at 0, where differences cannot follow it.
}));
layerLaws('conv2d(2, 5)', () => ({
  layer: glowNet(2, 3, { hidden: 5 }),
  input: () => normalNoise(key(1), [2, 3, 4, 2]),
  output: [2, 3, 4, 3],
  wrong: () => zeros([2, 3, 4, 1]),
}));

test('parity: gatedConvNet and its gradient with PyTorch', () => {
  const conv = ({ weight, bias }: { weight: number[][][][]; bias: number[] }) => ({
    weight: tensor(weight),
    bias: tensor(bias),
  });
  const layer = gatedConvNet(2, 3, { hidden: 4, layers: 2 });
  scope(() => {
    const params: GatedConvNetParams = [
      conv(golden.first),
      golden.blocks.map(({ wide, narrow, scale, shift }) => [
        [{}, conv(wide), {}, conv(narrow), {}],
        { scale: tensor(scale), shift: tensor(shift) },
      ]),
      {},
      conv(golden.last),
    ];
    const x = tensor(golden.x);
    expectClose(layer.apply(params, x), golden.y, { absolute: 1e-5 });
    const { grad } = valueAndGrad((x: Tensor) => ({ loss: sum(square(layer.apply(params, x))) }), x);
    expectClose(grad, golden.gradient, { absolute: 1e-4, relative: 1e-4 });
    return [];
  });
});

test('known answers: both nets give 0 at first, and have the parameters that their papers count', () => {
  using x = owned([normalNoise(key(1), [1, 4, 4, 1])]);
  const count = (net: ReturnType<typeof gatedConvNet> | ReturnType<typeof glowNet>): number => {
    using params = owned(net.init(key(0)) as GatedConvNetParams);
    using y = owned([(net as ReturnType<typeof gatedConvNet>).apply(params, x[0]!)]);
    expect(y[0]!.dataSync().every((value) => value === 0)).toBe(true);
    return leaves<Tensor>(params).reduce((total, [, { shape }]) => total + sizeOf(shape), 0);
  };
  // 1 → 32; three blocks of 64 → 32, 1 × 1 64 → 64 and a norm; 64 → 2
  expect(count(gatedConvNet(1, 2))).toBe(320 + 3 * (18_464 + 4_160 + 64) + 1_154);
  expect(count(gatedConvNet(1, 50, { layers: 1, last: 1 }))).toBe(320 + (18_464 + 4_160 + 64) + 65 * 50);
  expect(count(glowNet(1, 2, { hidden: 8 }))).toBe(9 * 8 + 8 + 64 + 8 + 9 * 8 * 2 + 2);
});
