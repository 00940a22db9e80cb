import { GenaiError, key } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import {
  clipByValue,
  concat,
  mean,
  memory,
  mul,
  ones,
  reshape,
  softmax,
  type Tensor,
  tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { hashed } from '../../golden/hashed.js';
import { fashionClassifier } from '../fashion-classifier.js';
import { cleanResize } from './clean-resize.js';
import { fashionFeatures } from './fashion-features.js';
import { nsfwFeatures } from './nsfw-features.js';

const pictures = (shape: readonly [number, number, number, number]): Tensor =>
  tensor(
    hashed(
      1,
      shape.reduce((product, n) => product * n, 1),
    ),
    [...shape],
  );

describe('fashionFeatures', () => {
  const { net, sha256 } = fashionClassifier();

  test('laws: features and probabilities are those of the classifier', () => {
    scope(() => {
      const params = net.init(key(0));
      const { name, extract, probabilities } = fashionFeatures(params);
      expect(name).toBe(`fashion-mnist-${sha256.slice(0, 8)}`);
      const images = pictures([3, 28, 28, 1]);
      expectClose(extract(images), net.features(params, images));
      expectClose(probabilities!(extract(images)), softmax(net.logits(params, images)));
    });
  });

  test('known answers: other sizes are resized, colours turned grey', () => {
    scope(() => {
      const { extract } = fashionFeatures(net.init(key(0)));
      const images = pictures([2, 40, 33, 1]);
      expectClose(extract(images), extract(clipByValue(cleanResize(images, [28, 28]), 0, 1)));
      expectClose(extract(concat([images, images, images], 3)), extract(images), { absolute: 1e-5 });
      const flat = ones([1, 28, 28, 1]);
      const [red, green, blue] = [mul(flat, 0.2), mul(flat, 0.4), mul(flat, 0.8)];
      const luma = 0.2 * 0.299 + 0.4 * 0.587 + 0.8 * 0.114;
      expectClose(extract(concat([red, green, blue], 3)), extract(mul(flat, luma)), { absolute: 1e-5 });
    });
  });

  test('laws: nothing but the result is left over', () => {
    using made = owned({ params: scope(() => net.init(key(0))), images: pictures([1, 9, 9, 3]) });
    const { extract, probabilities } = fashionFeatures(made.params);
    const before = memory().numTensors;
    using features = owned([extract(made.images)]);
    using _shares = owned([probabilities!(features[0]!)]);
    expect(memory().numTensors).toBe(before + 2);
  });

  test('errors: channels', () => {
    using made = owned({ params: scope(() => net.init(key(0))), images: zeros([1, 28, 28, 2]) });
    expect(() => fashionFeatures(made.params).extract(made.images)).toThrow(GenaiError);
    expect(() => fashionFeatures(made.params).extract(made.images)).toThrow(
      'got images of 2 channels, expected 1 (grey)',
    );
  });
});

describe('nsfwFeatures', () => {
  /** Stands in for nsfwjs: gives the picture for `out_relu`, its means for any other layer. */
  const seen: number[][] = [];
  const model = {
    infer: (image: Tensor, layer?: string): Tensor => {
      seen.push(image.shape);
      return layer === 'out_relu' ? reshape(image, [1, ...image.shape]) : reshape(mean(image, [0, 1]), [1, 3]);
    },
  };

  test('known answers: pictures are seen one by one, 224 × 224 in 0 to 255, and layers are averaged over pixels', () => {
    scope(() => {
      const colours = tensor([0.2, 0.4, 0.8, 1, 0.5, 0], [2, 1, 1, 3]);
      const images = mul(ones([2, 30, 20, 3]), colours);
      const { name, width, extract } = nsfwFeatures(model, { width: 3 });
      expect([name, width]).toEqual(['nsfw-mobilenet-v2', 3]);
      expectClose(extract(images), mul(reshape(colours, [2, 3]), 255));
      expect(seen).toEqual([
        [224, 224, 3],
        [224, 224, 3],
      ]);
      const pooled = nsfwFeatures(model, { layer: 'pool', width: 3 });
      expect(pooled.name).toBe('nsfw-mobilenet-v2-pool');
      expectClose(pooled.extract(images), extract(images));
    });
  });

  test('laws: nothing but the result is left over', () => {
    using made = owned({ images: pictures([2, 9, 9, 1]) });
    const before = memory().numTensors;
    using _features = owned([nsfwFeatures(model, { width: 3 }).extract(made.images)]);
    expect(memory().numTensors).toBe(before + 1);
  });

  test('errors: a layer of another width', () => {
    using made = owned({ images: pictures([1, 9, 9, 3]) });
    expect(() => nsfwFeatures(model).extract(made.images)).toThrow(
      'nsfwFeatures: layer "out_relu" gave shape [1, 224, 224, 3], expected [1, …, 1280]. Pass its width.',
    );
  });
});
