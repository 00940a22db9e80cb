import { key } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { add, mean, mul, scalar, square, sub } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adversarial } from './adversarial.js';
import { gan } from './gan.js';
import { nonSaturating } from './losses.js';
import { pathLength } from './path-length.js';
import { styleGan } from './style-gan.js';

const tiny = { size: 8, channels: 2, width: 2, latents: 3, style: 4, depth: 2 };

modelLaws('styleGan', () => ({ model: gan(styleGan(tiny)), context: () => undefined }));

test('known answers: the size of a code does not matter, noise is 0 at first and acts with a key alone', () => {
  scope(() => {
    const { generator } = styleGan(tiny);
    const params = generator.init(key(0));
    const z = normalNoise(key(1), [2, 3]);
    const plain = generator.apply(params, z);
    expectClose(generator.apply(params, mul(z, 3)), plain, { relative: 1e-4, absolute: 1e-5 });
    expectClose(generator.apply(params, z, key(2)), plain);
    const [first, ...rest] = params.levels;
    const [styled] = first!.convolutions;
    const noisy = {
      ...params,
      levels: [{ ...first!, convolutions: [{ ...styled!, noise: add(styled!.noise, 1) }] }, ...rest],
    };
    expectClose(generator.apply(noisy, z), plain);
    expect(generator.apply(noisy, z, key(2)).dataSync()).not.toEqual(generator.apply(noisy, z, key(3)).dataSync());
  });
});

test('known answers: the constant and the styles make the image, a style for each level or one for all', () => {
  scope(() => {
    const { generator } = styleGan(tiny);
    const params = generator.init(key(0));
    const z = normalNoise(key(1), [2, 3]);
    const w = generator.mapping(params, z); // (2, 4)
    const other = generator.mapping(params, normalNoise(key(2), [2, 3]));
    expect(w.shape).toEqual([2, 4]);
    expect(generator.levels).toBe(2);
    expectClose(generator.synthesis(params, w), generator.apply(params, z));
    expectClose(generator.synthesis(params, [w, w]), generator.apply(params, z));
    expectClose(generator.synthesis(params, [other, w]), generator.synthesis(params, [other, w, w]));
    const mixed = generator.synthesis(params, [w, other]);
    for (const one of [w, other]) {
      expect(mean(square(sub(mixed, generator.synthesis(params, one)))).dataSync()[0]).toBeGreaterThan(1e-6);
    }
  });
});

test('laws: its two halves are what a regulariser of path lengths needs', () => {
  scope(() => {
    const parts = styleGan(tiny);
    const game = adversarial(gan(parts), {
      loss: nonSaturating(),
      generatorRegularizers: [pathLength({ from: parts.generator })],
    });
    const turn = { step: scalar(0), memory: game.memory!.init() };
    const told = game.players.generator(game.init(key(0)), normalNoise(key(1), [4, 8, 8, 2]), key(2), turn);
    expect(told.path!.dataSync()[0]).toBeGreaterThan(0);
  });
});

test('statistics: what is generated at first, and what the critic gives, is of a size from 0.1 to 10', () => {
  scope(() => {
    const model = gan(styleGan({ size: 28, width: 4, latents: 8, style: 8 }));
    const params = model.init(key(0));
    const x = model.given(params).sample(key(1), [8]); // (8, 28, 28, 1)
    expect(x.shape).toEqual([8, 28, 28, 1]);
    for (const y of [x, model.judge(params.critic, x)]) {
      const size = Math.sqrt(mean(square(y)).dataSync()[0]!);
      expect(size).toBeGreaterThan(0.1);
      expect(size).toBeLessThan(10);
    }
  });
});

test('errors: sizes out of range, a batch that groups do not divide', () => {
  expect(() => styleGan({ size: 27 })).toThrow('styleGan: size must be 4, 5, 6 or 7 times a power of 2');
  expect(() => styleGan({ depth: 0 })).toThrow('styleGan: depth must be an integer of at least 1, got 0.');
  scope(() => {
    const { critic } = styleGan(tiny);
    expect(() => critic.apply(critic.init(key(0)), normalNoise(key(1), [6, 8, 8, 2]))).toThrow(
      'multiple of the group size 4',
    );
  });
});
