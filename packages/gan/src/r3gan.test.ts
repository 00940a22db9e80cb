import { key, type Layer } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { mean, mul, square, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { inContext } from '../test/layers.js';
import { conditionalGan, gan } from './gan.js';
import { conditionalR3gan, r3gan } from './r3gan.js';

const tiny = { size: 8, channels: 2, width: 1, latents: 3 };
const codes = (): Tensor => normalNoise(key(1), [1, 3]);
const images = (): Tensor => normalNoise(key(2), [1, 8, 8, 2]);
const labels = (): Tensor => tensor1d([1], 'int32');
const _ofClass = <P>(layer: Layer<Tensor, P, Conditioned>): Layer<Tensor, P> => inContext(layer, labels);

modelLaws('r3gan', () => ({ model: gan(r3gan(tiny)), context: () => undefined }));
modelLaws('conditionalR3gan', () => ({
  model: conditionalGan(conditionalR3gan({ ...tiny, classes: 2 })),
  context: labels,
}));

test('known answers: at first both nets are linear, as every block is the identity', () => {
  scope(() => {
    const { generator, critic } = r3gan({ ...tiny, blocks: 2 });
    const g = generator.init(key(0));
    const d = critic.init(key(1));
    expectClose(generator.apply(g, mul(codes(), 3)), mul(generator.apply(g, codes()), 3), { relative: 1e-4 });
    expectClose(critic.apply(d, mul(images(), 3)), mul(critic.apply(d, images()), 3), { relative: 1e-4 });
  });
});

test('statistics: what is generated at first has a size of about 1, and so has what the critic gives', () => {
  scope(() => {
    const model = gan(r3gan({ size: 28, width: 8, latents: 16 }));
    const params = model.init(key(0));
    const x = model.given(params).sample(key(1), [16]); // (16, 28, 28, 1)
    expect(x.shape).toEqual([16, 28, 28, 1]);
    for (const y of [x, model.judge(params.critic, x)]) {
      const size = Math.sqrt(mean(square(y)).dataSync()[0]!);
      expect(size).toBeGreaterThan(0.1);
      expect(size).toBeLessThan(10);
    }
  });
});

test('errors: sizes out of range', () => {
  expect(() => r3gan({ size: 12.5 })).toThrow('r3gan: size must be 4, 5, 6 or 7 times a power of 2');
  expect(() => conditionalR3gan({ classes: 2, blocks: 0 })).toThrow(
    'conditionalR3gan: blocks must be an integer of at least 1, got 0.',
  );
  expect(() => r3gan({ latents: -1 })).toThrow('r3gan: latents must be an integer of at least 1, got -1.');
});
