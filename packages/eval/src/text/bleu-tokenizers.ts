import { trimmed, words } from './white-space.js';

/** How {@link bleu} cuts a line into tokens. */
export type BleuTokenizer = '13a' | 'intl' | 'zh' | 'char' | 'none';

/**
 * The tokenizers of BLEU by their names in sacrebleu, each from a line, trimmed at its end, to its tokens.
 *
 * @source Post 2018, "A call for clarity in reporting BLEU scores", section 3; NIST's mteval-v13a.pl and mteval-v14.pl.
 */
export const bleuTokenizers: { readonly [name in BleuTokenizer]: (line: string) => string[] } = {
  '13a': (line) => {
    const joined = line.replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
    return western(` ${unescaped(joined)} `);
  },
  intl: (line) =>
    words(
      line
        .replace(/(\P{N})(\p{P})/gu, '$1 $2 ')
        .replace(/(\p{P})(\P{N})/gu, ' $1 $2')
        .replace(/(\p{S})/gu, ' $1 '),
    ),
  zh: (line) => western(trimmed(line).replace(CHINESE, ' $& ')),
  char: (line) => words([...line].join(' ')),
  none: words,
};

/** Without the four entities of XML that translations come with. */
export function unescaped(line: string): string {
  return line.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&lt;', '<').replaceAll('&gt;', '>');
}

/**
 * Space around ASCII's punctuation and symbols; around `.` and `,` only where no digit is on that side, around `-` only behind it,
 * after a digit.
 */
function spacedPunctuation(line: string): string {
  return spacedNumbers(line.replace(PUNCTUATION, ' $& '));
}

/** The part of {@link spacedPunctuation} that looks at digits. */
export function spacedNumbers(line: string): string {
  return line
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])(-)/g, '$1 $2 ');
}

/** ASCII from space to `~` without letters, digits, `'`, `,`, `-` and `.`. */
export const PUNCTUATION: RegExp = /[{-~[-` -&(-+:-@/]/g;

function western(line: string): string[] {
  return words(spacedPunctuation(line));
}

/**
 * What sacrebleu takes for Chinese. Its table of ranges names two beyond U+FFFF with four digits, so that they mean U+2001 to
 * U+2A6D, with dashes, quotes and arrows, and the ideographs up there are not cut: numbers compare only where that is kept.
 */
const CHINESE =
  /[\u2001-\u2a6d\u2e80-\u2fdf\u2ff0-\u303f\u3100-\u312f\u31a0-\u31bf\u31c0-\u31ef\u3200-\u4db5\u4e00-\u9fbb\uf900-\ufa2d\ufa30-\ufa6a\ufa70-\ufad9\ufe10-\ufe1f\ufe30-\ufe4f\uff00-\uffef]/g;
