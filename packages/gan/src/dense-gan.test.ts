import { key } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { layerLaws } from '@genai/testing/layer-laws';
import { modelLaws } from '@genai/testing/model-laws';
import { mul, zeros } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { denseGan } from './dense-gan.js';
import { gan } from './gan.js';

const tiny = { shape: [2, 3], hidden: [5, 4], latents: 3 };

layerLaws('mlp([3, 4, 5, 6])', () => ({
  layer: denseGan(tiny).generator,
  input: () => normalNoise(key(1), [4, 3]),
  output: [4, 2, 3],
  wrong: () => zeros([4, 2]),
  valueAndGrad,
}));
layerLaws('mlp([6, 5, 4, 1])', () => ({
  layer: denseGan(tiny).critic,
  input: () => normalNoise(key(1), [4, 2, 3]),
  output: [4, 1],
  wrong: () => zeros([4, 2]),
  valueAndGrad,
}));
modelLaws('denseGan', () => ({ model: gan(denseGan(tiny)), context: () => undefined }));

test('known answers: images stay in [−1, 1], points do not', () => {
  const furthest = (parts: ReturnType<typeof denseGan>): number => {
    const { generator } = parts;
    const y = scope(() => generator.apply(generator.init(key(0)), mul(normalNoise(key(1), [50, 3]), 9)));
    const most = Math.max(...y.dataSync().map(Math.abs));
    y.dispose();
    return most;
  };
  const bounded = furthest(denseGan(tiny));
  expect(bounded).toBeGreaterThan(0.9);
  expect(bounded).toBeLessThanOrEqual(1);
  expect(furthest(denseGan({ ...tiny, output: (x) => x }))).toBeGreaterThan(2);
});

test('errors: an empty shape, a size that is no integer', () => {
  expect(() => denseGan({ shape: [] })).toThrow('denseGan: shape is empty');
  expect(() => denseGan({ hidden: [2.5] })).toThrow('must be an integer of at least 1, got 2.5');
});
