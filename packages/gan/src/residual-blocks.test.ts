import { key } from '@genai/core';
import { batchNorm, type NormParams } from '@genai/nn';
import { normalNoise, scope, uniformNoise, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { mul, relu, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { lifted } from '../test/layers.js';
import { plainNorm } from './norm-of.js';
import { downBlock, upBlock } from './residual-blocks.js';

const free = <L>(layer: L): L => layer;

layerLaws('conv2d(1, 2)', () => ({
  layer: lifted(downBlock(1, 2, free, { halved: true, opening: true })),
  input: () => normalNoise(key(1), [2, 4, 4, 1]),
  output: [2, 2, 2, 2],
  wrong: () => zeros([2, 4, 4, 2]),
  valueAndGrad,
}));
layerLaws('conv2d(2, 2)', () => ({
  layer: lifted(downBlock(2, 2, free, { halved: false })),
  input: () => uniformNoise(key(1), [2, 4, 3, 2], { min: 0.5, max: 2 }),
  output: [2, 4, 3, 2],
  wrong: () => zeros([2, 4, 4, 1]),
  valueAndGrad,
}));

test('known answers: with a second convolution of zeros a block is its shortcut, pooled or doubled', () => {
  scope(() => {
    const x = tensor([1, 2, 3, 6], [1, 2, 2, 1]);
    const one = tensor([2], [1, 1, 1, 1]);
    const down = downBlock(1, 1, free, { halved: true });
    const params = down.init(key(0));
    const off = { weight: zeros([3, 3, 1, 1]), bias: zeros([1]) };
    expectClose(down.apply({ ...params, second: off, shortcut: { weight: one } }, x), [6]);
    const same = downBlock(1, 1, free, { halved: false });
    expectClose(same.apply({ ...same.init(key(0)), second: off }, x), [1, 2, 3, 6]);
    const up = upBlock<NormParams, Tensor>(1, 1, (channels) => plainNorm(batchNorm(channels)));
    const doubled = up.apply({ ...up.init(key(0)), second: off, shortcut: { weight: one } }, x, x);
    expectClose(doubled, [2, 2, 4, 4, 2, 2, 4, 4, 6, 6, 12, 12, 6, 6, 12, 12]);
  });
});

test('known answers: only an opening block looks at what is below 0', () => {
  scope(() => {
    const x = mul(-1, relu(normalNoise(key(1), [1, 4, 4, 1])));
    const seen = (opening: boolean): number => {
      const block = downBlock(1, 2, free, { halved: true, opening });
      const { shortcut, ...rest } = block.init(key(0));
      const blind = { weight: zeros([1, 1, 1, 2]) };
      expect(shortcut).toBeDefined();
      return sum(relu(block.apply({ ...rest, shortcut: blind }, x))).dataSync()[0]!;
    };
    expect(seen(false)).toBe(0);
    expect(seen(true)).toBeGreaterThan(0);
  });
});
