import { bytes, characters, type TextTokenizer, trainBytePairs, withSpecial } from '@genai/data';
import type { TextParts } from './text-config.js';

/** The tokenizer that a model of this text is to have: of all its characters, held out or not, and merges learnt from what is not. */
export function textTokenizerOf(
  { tokenizer, vocabulary }: Pick<TextParts, 'tokenizer' | 'vocabulary'>,
  { train, test }: { readonly train: string; readonly test: string },
): TextTokenizer {
  switch (tokenizer) {
    case 'characters':
      return withSpecial(characters(train + test), []);
    case 'bytes':
      return bytes();
    case 'byte-pairs':
      return trainBytePairs(train, { vocabulary });
  }
}
