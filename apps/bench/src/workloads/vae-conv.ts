import { bernoulli } from '@genai/distributions';
import { conv2d, conv2dTranspose, dense } from '@genai/nn';
import { normalNoise, scope } from '@genai/tensor';
import { adam } from '@genai/train';
import { add, exp, mul, neg, relu, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { binaryPixels, fixedBatches } from '../fixed-batches.js';
import { initLayers, type ParamsOf, peerInit } from '../init-layers.js';
import { descent, workload } from '../workload.js';
import { klToStandard } from './vae-mlp.js';

const initializer = peerInit;
const halve = { kernel: 4, strides: 2, padding: 1, initializer } as const;
const layers = {
  first: conv2d(1, 32, halve),
  second: conv2d(32, 64, halve),
  narrow: dense(3136, 256, { initializer }),
  mean: dense(256, 32, { initializer }),
  logVariance: dense(256, 32, { initializer }),
  widen: dense(32, 256, { initializer }),
  spread: dense(256, 3136, { initializer }),
  third: conv2dTranspose(64, 32, halve),
  last: conv2dTranspose(32, 1, halve),
};
type Params = ParamsOf<typeof layers>;

/** Convolutional VAE of 28 × 28 images: ReLU, binary cross-entropy and KL divergence summed over the batch; Adam 1e-3. */
export const vaeConv = workload({
  name: 'vae_conv',
  params: 1_700_609,
  batch: 64,
  warmup: 10,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key) => initLayers(layers, key),
        loss: (params: Params, x: Tensor, key) =>
          scope(() => {
            const { mean, logVariance } = encode(params, x); // (batch, 32) each
            const z = add(mean, mul(normalNoise(key, mean.shape), exp(mul(logVariance, 0.5))));
            const logits = decode(params, z); // (batch, 28, 28, 1)
            return { loss: add(neg(sum(bernoulli(logits).logProb(x))), klToStandard(mean, logVariance)) };
          }),
      },
      adam(1e-3),
      fixedBatches(10, key, (key) => binaryPixels(key, [batch, 28, 28, 1])),
    ),
});

function encode(params: Params, x: Tensor): { mean: Tensor; logVariance: Tensor } {
  const wide = relu(layers.first.apply(params.first, x)); // (batch, 14, 14, 32)
  const deep = relu(layers.second.apply(params.second, wide)); // (batch, 7, 7, 64)
  const hidden = relu(layers.narrow.apply(params.narrow, reshape(deep, [x.shape[0]!, 3136]))); // (batch, 256)
  return {
    mean: layers.mean.apply(params.mean, hidden),
    logVariance: layers.logVariance.apply(params.logVariance, hidden),
  };
}

function decode(params: Params, z: Tensor): Tensor {
  const hidden = relu(layers.widen.apply(params.widen, z)); // (batch, 256)
  const deep = reshape(relu(layers.spread.apply(params.spread, hidden)), [z.shape[0]!, 7, 7, 64]);
  return layers.last.apply(params.last, relu(layers.third.apply(params.third, deep)));
}
