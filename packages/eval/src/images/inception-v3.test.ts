import { disposeTree, GenaiError, key, leaves } from '@genai/core';
import { owned, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { abs, max, memory, mul, slice, square, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
// @boundaries-ignore the whole net is run here on an engine that this package must not import: on cpu it takes half a minute
import { useBackend } from '../../../backend/src/use-backend.js';
import { hashed } from '../../golden/hashed.js';
import { hashedInception } from '../../golden/hashed-inception.js';
import golden from '../../golden/inception.json' with { type: 'json' };
import { inceptionFrom, type WeightArray } from './inception-from.js';
import { type InceptionParams, inceptionGraph } from './inception-graph.js';
import { inceptionFeatures, inceptionV3 } from './inception-v3.js';

/** The images of golden/inception.py, in [0, 1]; (2, 37, 53, 3). */
function images(): Tensor {
  const bytes = hashed(1, 2 * 37 * 53 * 3).map((value, i) => {
    const byte = Math.floor(value * 256);
    return i < 37 * 53 * 3 ? byte : Math.floor((byte * (Math.floor(i / 3) % 53)) / 53);
  });
  return scope(() => mul(tensor(bytes, [2, 37, 53, 3]), 1 / 255));
}

describe('with made weights, on simd', () => {
  let params: InceptionParams;
  beforeAll(async () => {
    await useBackend('simd');
    params = inceptionFrom(hashedInception(inceptionGraph().filters));
  });
  afterAll(async () => {
    disposeTree(params);
    await useBackend('cpu');
  });

  test('parity: features, logits and probabilities are those of torch-fidelity', () => {
    scope(() => {
      const pictures = images();
      for (const width of [64, 192, 768] as const) {
        expectFeatures(inceptionFeatures(params, { width }).extract(pictures), golden[width]);
      }
      const { extract, probabilities } = inceptionFeatures(params);
      const features = extract(pictures);
      expectFeatures(features, golden[2048]);
      expectFeatures(inceptionV3().logits(params, features), golden.logits_unbiased);
      const shares = probabilities!(features);
      expectClose(sum(shares, 1), [1, 1]);
      expectClose(slice(shares, [0, 0], [2, 4]), golden.probabilities, { absolute: 0, relative: 1e-4 });
    });
  });

  test('parity: clean features are those of torch-fidelity behind the resizing of clean-fid', () => {
    scope(() => {
      const clean = inceptionFeatures(params, { width: 192, clean: true, weights: '6726825d' });
      expect(clean.name).toBe('inception-v3-compat-6726825d-192-clean');
      expectFeatures(clean.extract(images()), golden.clean);
    });
  });

  test('laws: grey is colour thrice, values are rounded as files round them', () => {
    scope(() => {
      const { extract } = inceptionFeatures(params, { width: 64 });
      const grey = slice(images(), [0, 0, 0, 0], [1, 37, 53, 1]);
      const thrice = tensor(
        [...grey.dataSync()].flatMap((value) => [value, value, value]),
        [1, 37, 53, 3],
      );
      expectClose(extract(grey), extract(thrice));
      expectClose(extract(mul(grey, 1.0001)), extract(grey));
      expect(inceptionFeatures(params).name).toBe('inception-v3-compat');
    });
  });

  test('laws: random weights have the shapes of those of a file', () => {
    using random = owned(inceptionV3().init(key(0)));
    const shapes = (tree: InceptionParams) => leaves<Tensor>(tree).map(([path, { shape }]) => [path, shape]);
    expect(shapes(random)).toEqual(shapes(params));
    const { features } = scope(() => ({ features: inceptionFeatures(random, { width: 64 }).extract(images()) }));
    expect(Math.max(...features.dataSync())).toBeGreaterThan(0.1);
    features.dispose();
  });

  test('laws: nothing but the result is left over, and maps have a gradient', () => {
    const net = inceptionV3();
    using made = owned({ grey: zeros([1, 20, 20, 1]) });
    const before = memory().numTensors;
    using _features = owned([inceptionFeatures(params, { width: 192 }).extract(made.grey)]);
    expect(memory().numTensors).toBe(before + 1);
    scope(() => {
      const loss = ({ pixels }: { pixels: Tensor }) => ({ loss: sum(square(net.maps(params, pixels, 1)[0]!)) });
      const { grad } = valueAndGrad(loss, { pixels: zeros([1, 299, 299, 3]) });
      expect(max(abs(grad.pixels)).dataSync()[0]).toBeGreaterThan(0.1);
    });
  });
});

test('known answers: 94 convolutions of 21.8 million weights', () => {
  const filters = [...inceptionGraph().filters.values()];
  expect(filters.length).toBe(94);
  const count = filters.reduce(
    (total, [height, width, inputs, outputs]) => total + height * width * inputs * outputs,
    0,
  );
  expect(count).toBe(21_751_136); // of torchvision's inception_v3 without its auxiliary head
});

test('errors: files that lack or hold what they should not', () => {
  const zero = (
    shape: readonly number[],
    values = new Float32Array(shape.reduce((a, b) => a * b, 1)),
  ): WeightArray => ({
    shape,
    values: () => values,
  });
  const first = 'Conv2d_1a_3x3';
  const parts = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => [`${first}.bn.${part}`, zero([32])] as const,
  );
  expect(() => inceptionFrom(new Map())).toThrow(GenaiError);
  expect(() => inceptionFrom(new Map())).toThrow('there is no "Conv2d_1a_3x3.bn.weight" among 0 arrays.');
  expect(() => inceptionFrom(new Map([...parts, [`${first}.conv.weight`, zero([32, 3, 3, 1])]]))).toThrow(
    'inceptionFrom: "Conv2d_1a_3x3.conv.weight" has shape [32, 3, 3, 1], expected [32, 3, 3, 3].',
  );
  const bad = zero([32], new Float32Array(32).fill(Number.NaN));
  expect(() => inceptionFrom(new Map([...parts, [`${first}.bn.bias`, bad]]))).toThrow('expected 32, all finite');
  using params = owned({ layer: { weight: zeros([1]), bias: zeros([1]) } });
  expect(() => inceptionFeatures(params, { width: 100 as 64 })).toThrow(
    'got width 100, expected one of 64, 192, 768, 2048',
  );
  using made = owned({ two: zeros([1, 8, 8, 2]), small: zeros([1, 8, 8, 3]) });
  expect(() => inceptionFeatures(params).extract(made.two)).toThrow('got images of 2 channels, expected 1 (grey) or 3');
  expect(() => inceptionV3().maps(params, made.small)).toThrow('inceptionV3: got shape [1, 8, 8, 3]');
});

function expectFeatures(
  found: Tensor,
  { sums, first }: { readonly sums: readonly number[]; readonly first: readonly number[] },
): void {
  const weights = tensor(hashed(50, found.shape[1]!));
  expectClose(sum(mul(found, weights), 1), sums, { absolute: 0, relative: 1e-4 });
  expectClose(slice(found, [0, 0], [2, 4]), first, { absolute: 1e-5, relative: 1e-4 });
}
