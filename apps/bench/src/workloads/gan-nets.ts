import type { Layer } from '@genai/core';
import { type BatchNormOptions, batchNorm, conv2d, conv2dTranspose } from '@genai/nn';
import { leakyRelu, scope } from '@genai/tensor';
import { add, relu, reshape, type Tensor, tanh } from '@tensorflow/tfjs-core';
import { initLayers, normalInit, type ParamsOf } from '../init-layers.js';

/** The nets of DCGAN for 32 × 32 × 1 images and codes of 100, for `dcgan` and `wgangp`. */
const initializer = normalInit(0.02);
const norm: BatchNormOptions = { scale: (key, shape) => scope(() => add(1, initializer(key, shape))) }; // N(1, 0.02²)
const plain = { kernel: 4, bias: false, initializer } as const;
const step = { ...plain, strides: 2, padding: 1 } as const;
const ends = { ...plain, padding: 'valid' } as const; // between 1 × 1 and 4 × 4

const upwards = {
  first: conv2dTranspose(100, 256, ends),
  norm1: batchNorm(256, norm),
  second: conv2dTranspose(256, 128, step),
  norm2: batchNorm(128, norm),
  third: conv2dTranspose(128, 64, step),
  norm3: batchNorm(64, norm),
  last: conv2dTranspose(64, 1, step),
};
const convolutions = {
  first: conv2d(1, 64, step),
  second: conv2d(64, 128, step),
  third: conv2d(128, 256, step),
  last: conv2d(256, 1, ends),
};
const normed = { ...convolutions, norm2: batchNorm(128, norm), norm3: batchNorm(256, norm) };

export type GeneratorParams = ParamsOf<typeof upwards>;
export type CriticParams = ParamsOf<typeof convolutions>;
export type DiscriminatorParams = ParamsOf<typeof normed>;

/** Codes (batch, 1, 1, 100) to images (batch, 32, 32, 1) in [−1, 1]. */
export const generator: Layer<Tensor, GeneratorParams> = {
  init: (key) => initLayers(upwards, key),
  apply: (params, z) =>
    scope(() => {
      const { first, norm1, second, norm2, third, norm3, last } = upwards;
      const a = relu(norm1.apply(params.norm1, first.apply(params.first, z))); // (batch, 4, 4, 256)
      const b = relu(norm2.apply(params.norm2, second.apply(params.second, a))); // (batch, 8, 8, 128)
      const c = relu(norm3.apply(params.norm3, third.apply(params.third, b))); // (batch, 16, 16, 64)
      return tanh(last.apply(params.last, c)); // (batch, 32, 32, 1)
    }),
};

/** Images (batch, 32, 32, 1) to logits (batch). */
export const discriminator: Layer<Tensor, DiscriminatorParams> = {
  init: (key) => initLayers(normed, key),
  apply: (params, x) =>
    judge(params, x, [(y) => normed.norm2.apply(params.norm2, y), (y) => normed.norm3.apply(params.norm3, y)]),
};

/** The discriminator without batch norm, as a gradient penalty needs it. */
export const critic: Layer<Tensor, CriticParams> = {
  init: (key) => initLayers(convolutions, key),
  apply: (params, x) => judge(params, x, [(y) => y, (y) => y]),
};

function judge(params: CriticParams, x: Tensor, [norm2, norm3]: readonly [Norm, Norm]): Tensor {
  return scope(() => {
    const { first, second, third, last } = convolutions;
    const a = leakyRelu(first.apply(params.first, x), 0.2); // (batch, 16, 16, 64)
    const b = leakyRelu(norm2(second.apply(params.second, a)), 0.2); // (batch, 8, 8, 128)
    const c = leakyRelu(norm3(third.apply(params.third, b)), 0.2); // (batch, 4, 4, 256)
    return reshape(last.apply(params.last, c), [x.shape[0]!]);
  });
}

type Norm = (y: Tensor) => Tensor;
