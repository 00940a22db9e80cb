import { GenaiError, key, leaves } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { ones, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { imageClassifier } from './image-classifier.js';

describe('imageClassifier', () => {
  test('laws: its logits are an affine map of its features, which are not negative', async () => {
    const net = imageClassifier({ size: 8, channels: 3, classes: 4, width: 2, features: 5 });
    using made = owned(scope(() => ({ params: net.init(key(0)), images: ones([2, 8, 8, 3]) })));
    const { params, images } = made;
    using found = owned(scope(() => ({ features: net.features(params, images), logits: net.logits(params, images) })));
    expect(found.features.shape).toEqual([2, 5]);
    expect(found.logits.shape).toEqual([2, 4]);
    const [features, logits] = [await found.features.data(), await found.logits.data()];
    expect(Math.min(...features)).toBeGreaterThanOrEqual(0);
    const [weight, bias] = [await params.logits.weight.data(), await params.logits.bias!.data()];
    for (let c = 0; c < 4; c++) {
      let sum = bias[c]!;
      for (let f = 0; f < 5; f++) sum += features[f]! * weight[4 * f + c]!;
      expect(logits[c]).toBeCloseTo(sum, 4);
    }
  });

  test('laws: the one that is shipped has 115,114 weights', () => {
    using params = owned(scope(() => imageClassifier().init(key(0))));
    const sizes = leaves<Tensor>(params).map(([, leaf]) => leaf.size);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(115_114);
  });

  test('errors: sizes that do not fit', () => {
    expect(() => imageClassifier({ size: 30 })).toThrow(GenaiError);
    expect(() => imageClassifier({ size: 30 })).toThrow('size must be a multiple of 4, got 30');
    expect(() => imageClassifier({ width: 0 })).toThrow(GenaiError);
  });
});
