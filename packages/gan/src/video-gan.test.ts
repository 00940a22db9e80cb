import { key, mapLeaves } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { modelLaws } from '@genai/testing/model-laws';
import { stepLaws } from '@genai/testing/step-laws';
import { add, mul, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { turns } from '../test/turns.js';
import { adversarial } from './adversarial.js';
import { gan } from './gan.js';
import { r1, r2 } from './gradient-penalty.js';
import { relativistic } from './losses.js';
import { videoGan } from './video-gan.js';

// Finite differences cannot cross the kinks of a deep net: its ReLUs are smooth here. Their own slopes are checked in @genai/tensor.
vi.mock('@genai/tensor', async (original) => {
  const all = await original<typeof import('@genai/tensor')>();
  const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
    all.scope(() => add(mul(x, slope), mul(all.softplus(x), 1 - slope)));
  return { ...all, leakyRelu };
});

const tiny = { frames: 2, size: 8, channels: 2, width: 1, latents: 3 };
const codes = (): Tensor => normalNoise(key(1), [2, 3]);
const clips = (): Tensor => normalNoise(key(2), [2, 2, 8, 8, 2]);

layerLaws('dense(3, 32)', () => ({
  layer: videoGan(tiny).generator,
  input: codes,
  output: [2, 2, 8, 8, 2],
  wrong: () => zeros([3, 4]),
}));
layerLaws('videoGan: clips', () => ({
  layer: videoGan(tiny).critic,
  input: clips,
  output: [2, 1],
  wrong: () => zeros([2, 4, 8, 8, 2]),
  valueAndGrad,
}));
modelLaws('videoGan', () => ({ model: gan(videoGan(tiny)), context: () => undefined }));

test('known answers: clips of every length, in [−1, 1]', () => {
  scope(() => {
    for (const [frames, size] of [
      [8, 16],
      [6, 20],
      [5, 14],
      [2, 8],
    ] as const) {
      const model = gan(videoGan({ frames, size, width: 2, latents: 4 }));
      const params = model.init(key(0));
      const x = model.given(params).sample(key(1), [2]);
      expect(x.shape).toEqual([2, frames, size, size, 1]);
      const values = x.dataSync();
      expect(values.every((value) => Math.abs(value) <= 1)).toBe(true);
      expect(new Set(values.slice(0, values.length / 2)).size).toBeGreaterThan(size * size); // and frames differ
      expect(model.judge(params.critic, x).shape).toEqual([2]);
    }
  });
});

test('known answers: with spectral norm the size of the weights does not matter', () => {
  scope(() => {
    const model = gan(videoGan({ ...tiny, spectral: true }));
    const { critic } = model.init(key(0)); // biases are 0
    const large = mapLeaves<Tensor, typeof critic>(critic, (leaf) => mul(leaf, 100));
    expectClose(model.judge(large, clips()), model.judge(critic, clips()), { absolute: 1e-6, relative: 1e-4 });
  });
});

stepLaws('videoGan: relativistic, with penalties on both slopes', () => ({
  step: turns(adversarial(gan(videoGan(tiny)), { loss: relativistic(), regularizers: [r1(1), r2(1)] }), {
    critic: 0.05,
    generator: 0.05,
  }),
  batch: clips,
}));

test('errors: sizes out of range', () => {
  expect(() => videoGan({ size: 9 })).toThrow('videoGan: size must be 4, 5, 6 or 7 times a power of 2');
  expect(() => videoGan({ frames: 1 })).toThrow('videoGan: frames must be an integer of at least 2, got 1.');
  expect(() => videoGan({ width: 0.5 })).toThrow('videoGan: width must be an integer of at least 1, got 0.5.');
});
