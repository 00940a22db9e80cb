import { GenaiError, key } from '@genai/core';
import { normalNoise, owned, scope } from '@genai/tensor';
import { pixelNetLaws } from '@genai/testing/pixel-net-laws';
import { zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import golden from '../../golden/pixel-nets.json' with { type: 'json' };
import { expectPixelGolden } from '../../test/expect-pixel-golden.js';
import { pixelCnnPlusPlus } from './pixel-cnn-plus-plus.js';

const small = { channels: 2, outputs: 3, width: 3, layers: 1, levels: 2 };

pixelNetLaws('pixelCnnPlusPlus', () => ({ net: pixelCnnPlusPlus(small), size: [4, 4] }));
pixelNetLaws('pixelCnnPlusPlus in a context', () => ({
  net: pixelCnnPlusPlus({ ...small, levels: 1, layers: 3, context: 2 }),
  size: [3, 4],
}));

test('goldens: outputs and gradients are those of PyTorch', () => {
  expectPixelGolden(pixelCnnPlusPlus({ ...small, context: 2 }), golden.pixelCnnPlusPlus);
});

test('known answers: with a key, half of the hidden numbers are dropped; the same key drops the same', () => {
  const net = pixelCnnPlusPlus(small);
  using params = owned(net.init(key(0)));
  scope(() => {
    const x = normalNoise(key(1), [1, 4, 4, 2]);
    const read = (seed?: number): Float32Array =>
      net.run(params, x, undefined, seed === undefined ? undefined : key(seed)).dataSync() as Float32Array;
    expect(read(3)).toEqual(read(3));
    expect(read(3)).not.toEqual(read(4));
    expect(read(3)).not.toEqual(read());
  });
});

test('errors: sizes out of range, and pictures that cannot be halved', () => {
  expect(() => pixelCnnPlusPlus({ ...small, dropout: 1 })).toThrow('dropout must be a share');
  expect(() => pixelCnnPlusPlus({ ...small, levels: 0 })).toThrow('pixelCnnPlusPlus: levels');
  const net = pixelCnnPlusPlus(small);
  using params = owned(net.init(key(0)));
  using x = owned(zeros([1, 4, 5, 2]));
  expect(() => net.run(params, x)).toThrow(GenaiError);
  expect(() => net.run(params, x)).toThrow('got pictures of 4 × 5, expected multiples of 2 for 2 levels');
});
