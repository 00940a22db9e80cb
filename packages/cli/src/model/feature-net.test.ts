import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { reshape, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { featureNet } from './feature-net.js';

/** (sin(i / 20) + 1) / 2 at pixel i, (1, 28, 28, 1). */
const wave = (): Tensor => {
  const pixels = Float32Array.from({ length: 784 }, (_, i) => (Math.sin(0.05 * i) + 1) / 2);
  return reshape(tensor(pixels), [1, 28, 28, 1]);
};

describe('featureNet', () => {
  test('goldens: the file that is shipped, in PyTorch', async () => {
    const net = await featureNet();
    using given = owned({ x: scope(wave) });
    using found = owned({ features: await net.of(given.x) });
    // torch 1.13, the weights read from the safetensors as float16: conv2d with padding 1, with (0, 1, 0, 1) and stride 2 twice, flattened
    // channels last, a linear layer, ReLU after each.
    const features = await found.features.data();
    expect(features).toHaveLength(64);
    expectClose(features.slice(0, 6), [0, 0, 8.6527, 2.0768, 0, 0], { absolute: 1e-3 });
    expect(Array.from(features as Float32Array).reduce((a, b) => a + b)).toBeCloseTo(124.8995, 2);
    expect(net.name).toBe(`fashion-classifier ${net.sha256.slice(0, 8)}`);
  });
});
