import { bytes, characters, type TextTokenizer, trainBytePairs, withSpecial } from '@genai/data';
import type { TextData } from '../../text-data.js';
import type { TextParts } from './text-config.js';

/** Marks of the turns of a dialogue. */
const MARKS = ['<|system|>', '<|user|>', '<|assistant|>', '<|end|>'];

/** The tokenizer that a model of this text is to have: of all its characters, held out or not, and merges learnt from what is not. */
export function textTokenizerOf(
  { tokenizer, vocabulary }: Pick<TextParts, 'tokenizer' | 'vocabulary'>,
  { train, test, dialogues }: TextData,
): TextTokenizer {
  const special = dialogues ? MARKS : [];
  switch (tokenizer) {
    case 'characters':
      return withSpecial(characters(train + test), special);
    case 'bytes':
      return bytes({ special });
    case 'byte-pairs':
      return trainBytePairs(train, { vocabulary, special });
  }
}

/** The names of the tokens that begin and end a text, in untyped JSON. */
export function chatMarks(json: unknown): { readonly bosToken?: string; readonly eosToken?: string } {
  const { bosToken, eosToken } = Object(json) as { readonly [name: string]: unknown };
  return { ...(typeof bosToken === 'string' && { bosToken }), ...(typeof eosToken === 'string' && { eosToken }) };
}

/** Whether it was made for dialogues. */
export function speaks({ special }: Pick<TextTokenizer, 'special'>): boolean {
  return MARKS.every((mark) => special.includes(mark));
}
