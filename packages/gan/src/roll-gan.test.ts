import { key } from '@genai/core';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { modelLaws } from '@genai/testing/model-laws';
import { stepLaws } from '@genai/testing/step-laws';
import { add, cast, greater, mean, mul, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { turns } from '../test/turns.js';
import { adversarial } from './adversarial.js';
import { gan } from './gan.js';
import { r1, r2 } from './gradient-penalty.js';
import { relativistic } from './losses.js';
import { rollGan } from './roll-gan.js';

// Finite differences cannot cross the kinks of a deep net: its ReLUs are smooth here. Their own slopes are checked in @genai/tensor.
vi.mock('@genai/tensor', async (original) => {
  const all = await original<typeof import('@genai/tensor')>();
  const leakyRelu = (x: Tensor, slope = 0.01): Tensor =>
    all.scope(() => add(mul(x, slope), mul(all.softplus(x), 1 - slope)));
  return { ...all, leakyRelu };
});

const tiny = { steps: 8, pitches: 12, tracks: 2, width: 2, latents: 3 };
const codes = (): Tensor => normalNoise(key(1), [2, 3]);
const rolls = (): Tensor => normalNoise(key(2), [2, 8, 12, 2]);

layerLaws('dense(3, 48)', () => ({
  layer: rollGan({ ...tiny, binary: false }).generator,
  input: codes,
  output: [2, 8, 12, 2],
  wrong: () => zeros([3, 4]),
}));
layerLaws('rollGan: rolls', () => ({
  layer: rollGan(tiny).critic,
  input: rolls,
  output: [2, 1],
  wrong: () => zeros([2, 12, 8, 2]),
  valueAndGrad,
}));
// Of so few cells none may sound at first, whatever the key.
modelLaws('rollGan', () => ({ model: gan(rollGan({ ...tiny, binary: false })), context: () => undefined }));
stepLaws('rollGan: relativistic, with penalties on both slopes', () => ({
  step: turns(adversarial(gan(rollGan(tiny)), { loss: relativistic(), regularizers: [r1(1), r2(1)] }), {
    critic: 0.05,
    generator: 0.05,
  }),
  batch: () => scope(() => cast(greater(rolls(), 0.5), 'float32')),
}));

test('known answers: cells are 0 or 1, where the probability is above a half, and few at first', () => {
  scope(() => {
    const options = { steps: 16, pitches: 48, width: 4, latents: 8 };
    const [hard, soft] = [gan(rollGan(options)), gan(rollGan({ ...options, binary: false }))];
    const params = hard.init(key(0));
    const z = mul(normalNoise(key(1), [32, 8]), 3);
    const [x, p] = [hard.generate(params.generator, z), soft.generate(params.generator, z)];
    expect(x.shape).toEqual([32, 16, 48, 1]);
    const chances = p.dataSync();
    expect([...x.dataSync()]).toEqual(Array.from(chances, (chance) => (chance > 0.5 ? 1 : 0)));
    expect(new Set(x.dataSync()).size).toBe(2);
    expect(mean(soft.given(params).sample(key(1), [32])).dataSync()[0]).toBeLessThan(0.25);
    expect(hard.judge(params.critic, x).shape).toEqual([32]);
  });
});

test('known answers: the gradient goes straight through, as if a cell were its probability', () => {
  scope(() => {
    const [hard, soft] = [gan(rollGan(tiny)), gan(rollGan({ ...tiny, binary: false }))];
    const { generator } = hard.init(key(0));
    const weights = normalNoise(key(5), [2, 8, 12, 2]);
    const slope = (model: typeof hard) =>
      valueAndGrad(
        (params: typeof generator) => ({ loss: sum(mul(model.generate(params, codes()), weights)) }),
        generator,
      ).grad;
    expectClose(slope(hard).project.weight, slope(soft).project.weight);
    expectClose(slope(hard).convolutions[0]!.weight, slope(soft).convolutions[0]!.weight);
  });
});

test('errors: sizes that cannot be halved', () => {
  expect(() => rollGan({ pitches: 47 })).toThrow(
    'rollGan: steps and pitches must be even and at least 8, got 32 and 47.',
  );
  expect(() => rollGan({ steps: 6 })).toThrow('got 6 and 48');
  expect(() => rollGan({ width: 0 })).toThrow('rollGan: width must be an integer of at least 1, got 0.');
});
