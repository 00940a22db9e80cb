import { carried, generate, nll } from '@genai/autoregressive';
import { batches, chatFormat, dialogueWindows, streams, type TextTokenizer, tokenizerFrom } from '@genai/data';
import { adam, chain, clipByGlobalNorm, minimize } from '@genai/train';
import { UsageError } from '../../usage-error.js';
import type { TextFamily } from '../family.js';
import { untypedStep } from '../trainable.js';
import { type BuiltText, buildText } from './build-text.js';
import { measureDialogues, measureText } from './measure-text.js';
import { parseText, type TextConfig } from './text-config.js';
import { speaks } from './text-tokenizer-of.js';
import type { TextTrainable } from './text-trainable.js';

/** Autoregressive models of text, trained with their state carried along, or of dialogues, of which the replies are learnt. */
export const textFamily: TextFamily = {
  describe: (fields, common) => {
    const config = parseText(fields, common);
    const { batch, length } = config.training;
    return { reads: 'text', config, perStep: batch * (length + 1), build: () => trainable(config) };
  },
};

function trainable(config: TextConfig): TextTrainable {
  const tokenizer = tokenizerFrom(config.data.tokenizer);
  const model = buildText(config.parts, tokenizer.vocabulary);
  const ways = speaks(tokenizer) ? ofDialogues(model, tokenizer, config) : ofText(model, tokenizer, config);
  return {
    init: model.init,
    headline: { metric: 'loss', unit: 'nats a token' },
    generate: (params, options) => generate(model, params, options),
    ...ways,
  };
}

type Ways = Pick<TextTrainable, 'step' | 'batches' | 'measure'>;

function ofText(model: BuiltText, tokenizer: TextTokenizer, { training }: TextConfig): Ways {
  const { batch: rows, length } = training;
  return {
    step: untypedStep(carried(model, { rows }, (objective) => minimize(objective, optimizerOf(training)))),
    batches: ({ train }) => streams(tokenizer.encode(train), { rows, length }),
    measure: (params, options) => measureText(model, params, { ...options, tokenizer }),
  };
}

function ofDialogues(model: BuiltText, tokenizer: TextTokenizer, { preset, training, data }: TextConfig): Ways {
  const { batch: size, length } = training;
  const chat = chatFormat({ tokenizer });
  return {
    step: untypedStep(minimize(nll(model), optimizerOf(training))),
    batches: ({ dialogues }, { order }) => {
      if (!dialogues) {
        throw new UsageError(
          `${preset} was begun with dialogues, ${data.spec} has none. Put back the data it was begun with.`,
        );
      }
      return batches(dialogueWindows(dialogues.train.map(chat.encode), { length, pack: true }), { size, key: order });
    },
    measure: (params, options) => measureDialogues(model, params, { ...options, chat, length, batch: size }),
  };
}

function optimizerOf({ clip, learningRate }: TextConfig['training']) {
  return chain(clipByGlobalNorm(clip), adam(learningRate));
}
