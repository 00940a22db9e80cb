import { type Key, randomIntegers } from '@genai/core';
import { dense, embedding, lstm } from '@genai/nn';
import { scope, softmaxCrossEntropy } from '@genai/tensor';
import { adam, chain, clipByGlobalNorm } from '@genai/train';
import { mean, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { fixedBatches } from '../fixed-batches.js';
import { initLayers, normalInit, type ParamsOf, peerInit } from '../init-layers.js';
import { descent, workload } from '../workload.js';

const VOCABULARY = 65;
const WIDTH = 256;
const TIME = 64;
const layers = {
  tokens: embedding(VOCABULARY, WIDTH, { initializer: normalInit(1) }),
  first: lstm(WIDTH, WIDTH, { initializer: peerInit, hiddenInitializer: peerInit }),
  second: lstm(WIDTH, WIDTH, { initializer: peerInit, hiddenInitializer: peerInit }),
  logits: dense(WIDTH, VOCABULARY, { initializer: peerInit }),
};
type Params = ParamsOf<typeof layers>;

/** Two LSTMs of width 256 over 64 characters; Adam 2e-3, gradients clipped at 1. */
export const charLstm = workload({
  name: 'char_lstm',
  params: 1_086_017,
  batch: 32,
  warmup: 3,
  setup: ({ batch, key }) =>
    descent(
      {
        init: (key) => initLayers(layers, key),
        loss: (params: Params, text: Tensor) =>
          scope(() => {
            const x = slice(text, [0, 0], [batch, TIME]);
            const y = slice(text, [0, 1], [batch, TIME]);
            const first = layers.first.apply(params.first, layers.tokens.apply(params.tokens, x));
            const second = layers.second.apply(params.second, first); // (batch, time, width)
            return { loss: mean(softmaxCrossEntropy(layers.logits.apply(params.logits, second), y)) };
          }),
      },
      chain(clipByGlobalNorm(1), adam(2e-3)),
      fixedBatches(10, key, (key) => randomText(key, batch)),
    ),
});

/** (batch, 65) of int32: 64 characters, and after each of them the next. */
function randomText(key: Key, batch: number): Tensor {
  const length = TIME + 1;
  return tensor2d(randomIntegers(key, batch * length, { min: 0, max: VOCABULARY }), [batch, length], 'int32');
}
