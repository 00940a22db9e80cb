import { PUNCTUATION, spacedNumbers, unescaped } from './bleu-tokenizers.js';
import { words } from './white-space.js';

export interface TercomOptions {
  readonly normalized: boolean;
  readonly noPunct: boolean;
  readonly asianSupport: boolean;
  readonly caseSensitive: boolean;
}

/**
 * A line cut into tokens as Tercom does.
 *
 * @source Snover et al. 2006; the class Normalizer of Tercom, as sacrebleu understands it.
 */
export function tercomTokens(
  line: string,
  { normalized, noPunct, asianSupport, caseSensitive }: TercomOptions,
): string[] {
  let text = caseSensitive ? line : line.toLowerCase();
  if (normalized) {
    text = unescaped(text.replaceAll('\n-', '').replaceAll('\n', ' '));
    text = spacedNumbers(` ${text} `.replace(PUNCTUATION, ' $& ').replaceAll("'s ", " 's "));
    if (asianSupport) text = text.replace(IDEOGRAPH, ' $& ').replace(ASIAN_PUNCTUATION, ' $& ');
  }
  if (noPunct) {
    text = text.replace(/[.,?:;!"()]/g, '');
    if (asianSupport) text = text.replace(ASIAN_PUNCTUATION, '');
  }
  return words(text);
}

/**
 * Ideographs, their parts, compatibility forms and enclosed ones. Tercom means to cut kana off what stands beside them too, but
 * its patterns match only a text that begins with them, and in a normalised one a space does.
 */
const IDEOGRAPH = /[\u2e80-\u2eff\u31c0-\u31ef\u3200-\u4dbf\u4e00-\u9fff\uf900-\ufaff\ufe30-\ufe4f]/g;

const ASIAN_PUNCTUATION =
  /[\u3001\u3002\u3008-\u3011\u3014-\u301f\u30fb\uff01\uff02\uff08\uff09\uff0c\uff0e\uff1a\uff1b\uff1f\uff61-\uff65]/g;
