import { bernoulli } from '@genai/distributions';
import { dense } from '@genai/nn';
import { normalNoise, scope } from '@genai/tensor';
import { adam } from '@genai/train';
import { add, exp, mul, neg, relu, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { binaryPixels, fixedBatches } from '../fixed-batches.js';
import { initLayers, type ParamsOf, peerInit } from '../init-layers.js';
import { descent, workload } from '../workload.js';

const initializer = peerInit;
const layers = {
  hidden: dense(784, 400, { initializer }),
  mean: dense(400, 20, { initializer }),
  logVariance: dense(400, 20, { initializer }),
  widen: dense(20, 400, { initializer }),
  logits: dense(400, 784, { initializer }),
};
type Params = ParamsOf<typeof layers>;

/** Dense VAE 784-400-20-400-784: ReLU, binary cross-entropy and KL divergence summed over the batch; Adam 1e-3. */
export const vaeMlp = workload({
  name: 'vae_mlp',
  params: 652_824,
  batch: 128,
  warmup: 20,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key) => initLayers(layers, key),
        loss: (params: Params, x: Tensor, key) =>
          scope(() => {
            const hidden = relu(layers.hidden.apply(params.hidden, x)); // (batch, 400)
            const mean = layers.mean.apply(params.mean, hidden); // (batch, 20)
            const logVariance = layers.logVariance.apply(params.logVariance, hidden); // (batch, 20)
            const z = add(mean, mul(normalNoise(key, mean.shape), exp(mul(logVariance, 0.5))));
            const logits = layers.logits.apply(params.logits, relu(layers.widen.apply(params.widen, z))); // (batch, 784)
            return { loss: add(neg(sum(bernoulli(logits).logProb(x))), klToStandard(mean, logVariance)) };
          }),
      },
      adam(1e-3),
      fixedBatches(10, key, (key) => binaryPixels(key, [batch, 784])),
    ),
});

/** KL(N(mean, e^logVariance) ‖ N(0, 1)), summed over everything. Kingma and Welling 2014, appendix B. */
export function klToStandard(mean: Tensor, logVariance: Tensor): Tensor {
  return mul(sum(sub(add(logVariance, 1), add(square(mean), exp(logVariance)))), -0.5);
}
