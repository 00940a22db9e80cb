import { key } from '@genai/core';
import { normalNoise, owned, scope, valueAndGrad } from '@genai/tensor';
import { sequenceNetLaws } from '@genai/testing/sequence-net-laws';
import { abs, slice, sum, type Tensor } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { waveNet } from './wave-net.js';

sequenceNetLaws('waveNet', () => ({
  net: waveNet({ inputs: 3, width: 4, skip: 5, outputs: 2, blocks: 2, layers: 2 }),
  time: 9,
}));
sequenceNetLaws('waveNet of one layer', () => ({
  net: waveNet({ inputs: 2, width: 4, skip: 3, outputs: 3, layers: 1, kernel: 3 }),
}));

test.each([
  { blocks: 1, layers: 3, kernel: 2, reach: 8 },
  { blocks: 2, layers: 2, kernel: 3, reach: 14 },
])(
  'known answers: $blocks blocks of $layers layers with kernel $kernel see $reach earlier inputs, no more',
  ({ reach, ...sizes }) => {
    const net = waveNet({ inputs: 2, width: 8, skip: 8, outputs: 4, ...sizes });
    const time = reach + 3;
    using params = owned(net.init(key(0)));
    using x = owned(normalNoise(key(1), [1, time, 2]));
    const sizesOfGradient = scope(() => {
      const last = (x: Tensor): Tensor =>
        slice(net.run(params, x, net.start(params, 1)).output, [0, time - 1, 0], [1, 1, 4]);
      const { grad } = valueAndGrad(({ x }) => ({ loss: sum(last(x)) }), { x: x as Tensor });
      return Array.from(sum(abs(grad.x), [0, 2]).dataSync());
    });
    expect(sizesOfGradient.slice(0, 2)).toEqual([0, 0]); // times −2 and −1 of what the last output sees
    for (const size of sizesOfGradient.slice(2)) expect(size).toBeGreaterThan(0);
  },
);

test('errors: sizes', () => {
  const sizes = { inputs: 3, width: 4, skip: 5, outputs: 2, layers: 2 };
  expect(() => waveNet({ ...sizes, layers: 0 })).toThrow('waveNet: layers must be an integer of at least 1, got 0.');
  expect(() => waveNet({ ...sizes, skip: 1.5 })).toThrow('waveNet: skip must be an integer of at least 1, got 1.5.');
});
