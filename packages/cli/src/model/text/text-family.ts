import { carried, continuousBatch, generate, nll } from '@genai/autoregressive';
import { batches, chatFormat, dialogueWindows, streams, type TextTokenizer, windows } from '@genai/data';
import { adam, adamW, chain, clipByGlobalNorm, minimize, warmupCosine } from '@genai/train';
import { gpt } from '@genai/transformer';
import { UsageError } from '../../usage-error.js';
import type { TextFamily } from '../family.js';
import { untypedStep } from '../trainable.js';
import { type BuiltText, buildText } from './build-text.js';
import { filledUp } from './filled-up.js';
import { measureDialogues, measureText, measureWindows } from './measure-text.js';
import { parseText, type TextConfig } from './text-config.js';
import { speaks } from './text-tokenizer-of.js';
import type { TextTrainable } from './text-trainable.js';

/**
 * Autoregressive models of text: nets are trained with their state carried along, transformers by windows from anywhere. Of dialogues the
 * replies are learnt.
 */
export const textFamily: TextFamily = {
  describe: (fields, common, opened) => {
    const config = parseText(fields, common);
    const { batch, length } = config.training;
    const vocabulary = 'decoder' in config.parts ? config.parts.decoder.vocabulary : undefined;
    const tokenizer = filledUp(opened.tokenizer, vocabulary);
    const chat = opened.chat ?? (speaks(tokenizer) ? chatFormat({ tokenizer }) : undefined);
    const perStep = batch * (length + 1);
    return {
      ...{ reads: 'text', config, perStep, tokenizer, chat, chatTemplate: opened.chatTemplate },
      build: () => trainable(config, tokenizer),
    };
  },
};

function trainable(config: TextConfig, tokenizer: TextTokenizer): TextTrainable {
  const model = buildText(config.parts, tokenizer.vocabulary);
  const ways = speaks(tokenizer) ? ofDialogues : model.longest === undefined ? ofStreams : ofWindows;
  return {
    init: model.init,
    headline: { metric: 'loss', unit: 'nats a token' },
    generate: (params, options) => generate(model, params, options),
    batch: (params, options) => continuousBatch(model, params, options),
    longest: model.longest,
    ...ways(model, tokenizer, config),
  };
}

type Ways = Pick<TextTrainable, 'step' | 'batches' | 'measure'>;

function ofStreams(model: BuiltText, tokenizer: TextTokenizer, config: TextConfig): Ways {
  const { batch: rows, length } = config.training;
  return {
    step: untypedStep(carried(model, { rows }, (objective) => minimize(objective, optimizerOf(config)))),
    batches: ({ train }) => streams(tokenizer.encode(train), { rows, length }),
    measure: (params, options) => measureText(model, params, { ...options, tokenizer }),
  };
}

function ofWindows(model: BuiltText, tokenizer: TextTokenizer, config: TextConfig): Ways {
  const { batch: size, length } = config.training;
  return {
    step: untypedStep(minimize(nll(model), optimizerOf(config))),
    batches: ({ train }, { order }) =>
      batches(windows(tokenizer.encode(train), { length: length + 1, stride: 1 }), { size, key: order }),
    measure: (params, options) => measureWindows(model, params, { ...options, tokenizer, length, batch: size }),
  };
}

function ofDialogues(model: BuiltText, tokenizer: TextTokenizer, config: TextConfig): Ways {
  const { preset, training, data } = config;
  const { batch: size, length } = training;
  const chat = chatFormat({ tokenizer });
  return {
    step: untypedStep(minimize(nll(model), optimizerOf(config))),
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

/** Nets learn at one rate; transformers with a rate that rises first and then falls to a tenth, and weights that decay, norms and biases apart. */
function optimizerOf({ parts, training: { clip, learningRate, steps } }: TextConfig) {
  const peak = 'depth' in parts ? learningRate * rateOf(parts.depth) : learningRate;
  const isNet = !('decoder' in parts || 'depth' in parts);
  const rate = isNet ? peak : warmupCosine({ peak, warmup: Math.min(WARMUP, steps - 1), steps, end: peak / 10 });
  const moved = isNet ? adam(rate) : adamW(rate, { b2: 0.99, weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 });
  return chain(clipByGlobalNorm(clip), moved);
}

const WARMUP = 100;

/** How fast a model of the dial learns beside one of depth 4. */
function rateOf(depth: number): number {
  const { learningRate: rate } = gpt({ depth, vocabulary: 1 });
  return rate / gpt({ depth: 4, vocabulary: 1 }).learningRate;
}
