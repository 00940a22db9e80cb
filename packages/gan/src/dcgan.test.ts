import { disposeTree, key, type Layer, mapTrees, sizeOf } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { normalNoise, scope, valueAndGrad } from '@genai/tensor';
import { expectClose } from '@genai/testing/expect-close';
import { layerLaws } from '@genai/testing/layer-laws';
import { modelLaws } from '@genai/testing/model-laws';
import { fill, mul, reshape, sub, type Tensor, tensor, tensor1d, transpose, zeros } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import golden from '../golden/dcgan.json' with { type: 'json' };
import { inContext, lifted } from '../test/layers.js';
import { conditionalDcgan } from './conditional-dcgan.js';
import { dcgan } from './dcgan.js';
import { conditionalGan, gan } from './gan.js';
import { nonSaturating } from './losses.js';

const tiny = { size: 8, channels: 2, width: 2, latents: 3 };
const codes = (): Tensor => normalNoise(key(1), [2, 3]);
const images = (): Tensor => normalNoise(key(2), [2, 8, 8, 2]);
const labels = (): Tensor => tensor1d([1, 0], 'int32');
const ofClass = <P>(layer: Layer<Tensor, P, Conditioned>): Layer<Tensor, P> => inContext(layer, labels);

// A critic with batch norm, which needs 16 pixels a side, is held to PyTorch's below: differences would cross kinks.
layerLaws('dense(3, 32)', () => ({
  layer: lifted(dcgan(tiny).generator),
  input: codes,
  output: [2, 8, 8, 2],
  wrong: () => zeros([3, 4]),
}));
layerLaws('dcgan: images', () => ({
  layer: lifted(dcgan({ ...tiny, norm: false }).critic),
  input: images,
  output: [2, 1],
  wrong: () => zeros([3, 12, 12, 2]),
  valueAndGrad,
}));
layerLaws('dense(3, 32)', () => ({
  layer: ofClass(conditionalDcgan({ ...tiny, classes: 2 }).generator),
  input: codes,
  output: [2, 8, 8, 2],
  wrong: () => zeros([3, 4]),
}));
layerLaws('conditionalDcgan: images', () => ({
  layer: lifted(ofClass(conditionalDcgan({ ...tiny, classes: 2 }).critic)),
  input: images,
  output: [2, 1],
  wrong: () => zeros([3, 8, 8, 1]),
  valueAndGrad,
}));
modelLaws('dcgan', () => ({ model: gan(dcgan(tiny)), context: () => undefined }));
modelLaws('conditionalDcgan', () => ({
  model: conditionalGan(conditionalDcgan({ ...tiny, classes: 2 })),
  context: labels,
}));

describe('parity: a step of dcgan with PyTorch', () => {
  const model = gan(dcgan({ size: 32, width: 2, latents: 3 }));
  const loss = nonSaturating();
  /** The step of golden/dcgan.py. */
  const run = () => {
    const [x, z] = [tensor(golden.x), tensor(golden.z)];
    const { generator, critic } = {
      generator: generatorOf(golden.before.generator),
      critic: criticOf(golden.before.critic),
    };
    const fake = model.generate(generator, z);
    const first = valueAndGrad(
      (d: typeof critic) => ({ loss: loss.critic(model.judge(d, x), model.judge(d, fake)) }),
      critic,
    );
    const moved = mapTrees<Tensor, typeof critic>(descended, critic, first.grad);
    const second = valueAndGrad(
      (g: typeof generator) => ({ loss: loss.generator(model.judge(moved, model.generate(g, z)), () => fake) }),
      generator,
    );
    return {
      losses: [first.values.loss, second.values.loss],
      after: { critic: moved, generator: mapTrees<Tensor, typeof generator>(descended, generator, second.grad) },
    };
  };
  const descended = (p: Tensor, slope: Tensor): Tensor => sub(p, mul(slope, golden.rate));

  test('the losses of both agree to 1e-5, the weights after it to 1e-4', () => {
    scope(() => {
      const { losses, after } = run();
      expectClose(losses[0]!, golden.critic, { absolute: 0, relative: 1e-5 });
      expectClose(losses[1]!, golden.generator, { absolute: 0, relative: 1e-5 });
      mapTrees<Tensor, typeof after.critic>(close, after.critic, criticOf(golden.after.critic));
      mapTrees<Tensor, typeof after.generator>(close, after.generator, generatorOf(golden.after.generator));
    });
  });
  const close = (got: Tensor, want: Tensor): Tensor => {
    expectClose(got, want, { absolute: 1e-4, relative: 1e-4 });
    return got;
  };
});

test('known answers: sizes, parameters of DCGAN at 32 × 32 as its peer has, classes alike at first', () => {
  const peer = gan(dcgan({ size: 32, width: 64, latents: 100 })).init(key(0));
  let count = 0;
  mapTrees<Tensor, typeof peer>((leaf) => {
    count += sizeOf(leaf.shape);
    return leaf;
  }, peer);
  expect(count).toBe(1_728_128); // apps/bench/src/workloads/dcgan.ts
  disposeTree(peer);
  scope(() => {
    for (const size of [28, 40, 64]) {
      const model = gan(dcgan({ size, width: 1, latents: 2, channels: 3 }));
      const params = model.init(key(0));
      const drawn = model.given(params).sample(key(1), [2]);
      expect(drawn.shape).toEqual([2, size, size, 3]);
      expect(drawn.dataSync().every((value) => Math.abs(value) <= 1)).toBe(true);
      expect(model.judge(params.critic, drawn).shape).toEqual([2]);
    }
    const model = conditionalGan(conditionalDcgan({ ...tiny, classes: 2 }));
    const { generator } = model.init(key(0));
    const of = (label: number): Tensor => model.generate(generator, codes(), fill([2], label, 'int32'));
    expectClose(of(0), of(1));
  });
});

test('errors: sizes that doublings do not reach', () => {
  expect(() => dcgan({ size: 30 })).toThrow('dcgan: size must be 4, 5, 6 or 7 times a power of 2');
  expect(() => conditionalDcgan({ size: 4, classes: 10 })).toThrow('conditionalDcgan: size must be');
  expect(() => dcgan({ latents: 0 })).toThrow('dcgan: latents must be an integer of at least 1, got 0.');
});

type Weights = readonly unknown[];

/** (inputs, outputs, 4, 4) → (4, 4, outputs, inputs), and of convolutions (outputs, inputs, 4, 4) → (4, 4, inputs, outputs). */
function filter(weight: unknown): Tensor {
  return transpose(tensor(weight as number[]), [2, 3, 1, 0]);
}

function normOf(scale: unknown, shift: unknown): { readonly scale: Tensor; readonly shift: Tensor } {
  return { scale: tensor1d(scale as number[]), shift: tensor1d(shift as number[]) };
}

function generatorOf([first, s1, b1, second, s2, b2, third, s3, b3, last]: Weights) {
  // The first transposed convolution paints a pixel of codes onto 4 × 4: a dense layer.
  const project = reshape(transpose(tensor(first as number[]), [0, 2, 3, 1]), [3, 4 * 4 * 8]);
  return {
    convolutions: [second, third, last].map((weight) => ({ weight: filter(weight) })),
    norms: [normOf(s1, b1), normOf(s2, b2), normOf(s3, b3)],
    project: { weight: project },
  };
}

function criticOf([first, second, s2, b2, third, s3, b3, last]: Weights) {
  const features = {
    convolutions: [first, second, third].map((weight) => ({ weight: filter(weight) })),
    norms: [normOf(s2, b2), normOf(s3, b3)],
  };
  return [features, { weight: reshape(filter(last), [4 * 4 * 8, 1]) }] as const;
}
