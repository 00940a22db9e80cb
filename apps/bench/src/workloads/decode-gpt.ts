import { generate } from '@genai/autoregressive';
import { disposeTree, fold } from '@genai/core';
import { type QuantisedOptions, quantised, type TransformerConfig, transformer } from '@genai/transformer';
import type { Drawing } from '../drawing.js';
import type { Timed } from '../workload.js';

const TOKENS = 64;

/**
 * The 64 tokens after a prompt of so many, for one reader: what is timed is the prompt, all at once, and then token by token; with
 * weights of `bits`.
 */
export function decodeGpt(
  config: TransformerConfig,
  prompt: number,
  about: Omit<Timed, 'batch'>,
  bits: QuantisedOptions['bits'] | 32 = 32,
): Drawing {
  return {
    ...about,
    batch: 1,
    load: ({ key }) => {
      const model = transformer(config);
      const params = model.init(key);
      const read = bits === 32 ? Promise.resolve(params) : quantised(params, { bits });
      const tokens = Array.from({ length: prompt }, (_, i) => i % config.vocabulary);
      return {
        params,
        draw: async (i) => {
          let total = 0;
          for await (const token of generate(model, await read, { prompt: tokens, steps: TOKENS, key: fold(key, i) }))
            total += token;
          return total / TOKENS;
        },
        dispose: async () => disposeTree(bits === 32 ? params : [params, await read]),
      };
    },
  };
}
