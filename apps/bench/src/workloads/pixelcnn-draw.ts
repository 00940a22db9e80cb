import { binaryPixels, pixelCnn, pixelModel } from '@genai/autoregressive';
import { disposeTree, fold } from '@genai/core';
import { scope } from '@genai/tensor';
import { mean, type Tensor } from '@tensorflow/tfjs-core';
import type { Drawing } from '../drawing.js';

/** 16 pictures of 28 × 28 binary pixels, pixel by pixel, by a PixelCNN of 15 residual blocks of 16 channels. */
export const pixelcnnDraw: Drawing = {
  name: 'pixelcnn_draw',
  params: 37_409,
  batch: 16,
  warmup: 1,
  load: ({ batch, key }) => {
    const model = pixelModel({ net: pixelCnn(), emission: binaryPixels(), height: 28, width: 28 });
    const params = model.init(key);
    return {
      params,
      draw: async (i) => {
        const share = scope((): Tensor => mean(model.given(params).sample(fold(key, i), [batch])));
        const [value] = await share.data();
        share.dispose();
        return value!;
      },
      dispose: async () => disposeTree(params),
    };
  },
};
