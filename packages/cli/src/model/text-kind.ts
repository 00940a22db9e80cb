import { GenaiError } from '@genai/core';
import { chatFormat, dialogueWindows } from '@genai/data';
import type { TextData } from '../text-data.js';
import { UsageError } from '../usage-error.js';
import type { DataKind } from './data-kind.js';
import type { Described, DescribedText, KeptTokenizer } from './family.js';
import type { TextConfig } from './text/text-config.js';
import { textTokenizerOf } from './text/text-tokenizer-of.js';

/** Text, in the tokens that its tokenizer makes of it. */
export const textKind: DataKind<TextData> = {
  example: 'a-file.txt',
  unknown: (spec) => ({ spec, tokenizer: { kind: 'bytes', special: [] } }),
  configOf: async (spec, data, { config }) => ({
    spec,
    tokenizer: textTokenizerOf((config as TextConfig).parts, data).toJSON() as KeptTokenizer, // made here, not of a file
  }),
  expectEnough: (spec, data, described) => {
    const { length, least } = amounts(data, described);
    if (length >= least) return;
    const { batch, length: window } = (described.config as TextConfig).training;
    if (data.dialogues) {
      throw new UsageError(
        `${spec} makes ${length} rows of ${window} tokens to train on, a batch takes ${batch}. Give a smaller --batch, or a smaller "length" in the training of --config.`,
      );
    }
    throw new UsageError(
      `${spec} has ${length} tokens to train on, ${batch} streams of ${window + 1} take ${least}. Give a smaller --batch, or a smaller "length" in the training of --config.`,
    );
  },
  expectSame: async (shown, data, described) => {
    const { spec } = described.config.data;
    try {
      const { length, least } = amounts(data, described);
      if (length >= least) return;
    } catch (error) {
      if (!GenaiError.is(error)) throw error;
      throw new UsageError(`${spec} is not the text that ${shown} was begun with: ${error.message}`, { cause: error });
    }
    throw new UsageError(`${spec} is shorter than what ${shown} was begun with. Put back the data it was begun with.`);
  },
};

/** Of dialogues one step takes as many rows as it has, and those are filled up: what counts is that there are enough. */
function amounts({ train, dialogues }: TextData, described: Described): { length: number; least: number } {
  const { config, perStep, tokenizer } = described as DescribedText;
  if (!dialogues) return { length: tokenizer.encode(train).length, least: perStep };
  const { batch, length } = config.training;
  const { encode } = chatFormat({ tokenizer });
  const rows = dialogueWindows(dialogues.train.map(encode), { length, pack: true });
  return { length: rows.length, least: batch };
}
