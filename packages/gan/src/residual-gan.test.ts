import { key, leaves, mapLeaves } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { modelLaws } from '@genai/testing/model-laws';
import { fill, mul, type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { conditionalGan, gan } from './gan.js';
import { conditionalResidualGan, residualGan } from './residual-gan.js';

const tiny = { size: 8, channels: 1, width: 2, latents: 3, iterations: 40 };
const codes = (): Tensor => normalNoise(key(1), [1, 3]);
const images = (): Tensor => normalNoise(key(2), [1, 8, 8, 1]);
const labels = (): Tensor => tensor1d([1], 'int32');

modelLaws('residualGan', () => ({ model: gan(residualGan(tiny)), context: () => undefined }));
modelLaws('conditionalResidualGan', () => ({
  model: conditionalGan(conditionalResidualGan({ ...tiny, classes: 2 })),
  context: labels,
}));

test('known answers: the critic does not see how large its weights are, the generator stays in [−1, 1]', () => {
  scope(() => {
    const model = gan(residualGan({ ...tiny, size: 16, width: 3, iterations: 2 }));
    const { critic, generator } = model.init(key(0));
    const x = model.generate(generator, mul(codes(), 10)); // (1, 16, 16, 1)
    expect(x.dataSync().every((value) => Math.abs(value) <= 1)).toBe(true);
    const judged = model.judge(critic, x);
    for (const [path, leaf] of leaves<Tensor>(critic)) {
      if (!path.endsWith('weight')) continue;
      const larger = mapLeaves<Tensor, typeof critic>(critic, (other) => (other === leaf ? mul(leaf, 7) : other));
      expectClose(model.judge(larger, x), judged, { relative: 1e-4 });
    }
  });
});

test('known answers: the critic halves to 8 × 8 or less, then has two blocks more', () => {
  for (const [size, blocks] of [
    [8, 3],
    [28, 4],
    [32, 4],
    [64, 5],
  ] as const) {
    scope(() => {
      const [[found]] = residualGan({ size, width: 1, latents: 1 }).critic.init(key(0));
      expect(found.length).toBe(blocks);
      expect(found.filter(({ shortcut }) => shortcut).length).toBe(blocks - 2);
    });
  }
});

test('known answers: classes are alike at first to the generator, not to the critic', () => {
  scope(() => {
    const model = conditionalGan(conditionalResidualGan({ ...tiny, classes: 2 }));
    const { critic, generator } = model.init(key(0));
    const all = (label: number): Tensor => fill([1], label, 'int32');
    expectClose(model.generate(generator, codes(), all(0)), model.generate(generator, codes(), all(1)));
    const [first, second] = [0, 1].map((label) => model.judge(critic, images(), all(label)).dataSync());
    expect(first).not.toEqual(second);
  });
});

test('errors: sizes out of range', () => {
  expect(() => residualGan({ size: 31 })).toThrow('residualGan: size must be 4, 5, 6 or 7 times a power of 2');
  expect(() => conditionalResidualGan({ classes: 2, iterations: 0 })).toThrow(
    'conditionalResidualGan: iterations must be an integer of at least 1, got 0.',
  );
});
