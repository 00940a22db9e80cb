import { carried, generate } from '@genai/autoregressive';
import { streams, tokenizerFrom } from '@genai/data';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import type { TextFamily } from '../family.js';
import { untypedStep } from '../trainable.js';
import { buildText } from './build-text.js';
import { measureText } from './measure-text.js';
import { parseText, type TextConfig } from './text-config.js';
import type { TextTrainable } from './text-trainable.js';

/** Autoregressive models of text, trained with their state carried along. */
export const textFamily: TextFamily = {
  describe: (fields, common) => {
    const config = parseText(fields, common);
    const { batch, length } = config.training;
    return { reads: 'text', config, perStep: batch * (length + 1), build: () => trainable(config) };
  },
};

function trainable({ parts, data, training }: TextConfig): TextTrainable {
  const { batch: rows, length, clip, learningRate } = training;
  const tokenizer = tokenizerFrom(data.tokenizer);
  const model = buildText(parts, tokenizer.vocabulary);
  const optimizer = chain(clipByGlobalNorm(clip), adam(learningRate));
  return {
    init: model.init,
    step: untypedStep(carried(model, { rows }, (objective) => minimize(objective, optimizer))),
    batches: ({ train }) => streams(tokenizer.encode(train), { rows, length }),
    headline: { metric: 'loss', unit: 'nats a token' },
    generate: (params, options) => generate(model, params, options),
    measure: (params, options) => measureText(model, params, { ...options, tokenizer }),
  };
}
