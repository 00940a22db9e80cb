import { generate, recurrentNet, stackedNet, tokenModel } from '@genai/autoregressive';
import { disposeTree } from '@genai/core';
import { lstm } from '@genai/nn';
import type { Drawing } from '../drawing.js';
import { peerInit } from '../init-layers.js';

const WIDTH = 256;
const TOKENS = 100;
const layer = () => recurrentNet(lstm(WIDTH, WIDTH, { initializer: peerInit, hiddenInitializer: peerInit }));

/** The next 100 characters of one endless text, told one by one, by two LSTMs of width 256. */
export const decodeCharLstm: Drawing = {
  name: 'decode_char_lstm',
  params: 1_086_017,
  batch: 1,
  warmup: 3,
  load: ({ key }) => {
    const model = tokenModel({ vocabulary: 65, net: stackedNet([layer(), layer()]) });
    const params = model.init(key);
    const text = generate(model, params, { prompt: [0], steps: Number.POSITIVE_INFINITY, key })[Symbol.asyncIterator]();
    return {
      params,
      draw: async () => {
        let total = 0;
        for (let t = 0; t < TOKENS; t++) total += (await text.next()).value as number;
        return total / TOKENS;
      },
      dispose: async () => {
        await text.return?.();
        disposeTree(params);
      },
    };
  },
};
