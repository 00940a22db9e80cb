import { tercomTokens } from './tercom-tokens.js';
import type { TextMetric } from './text-metric.js';
import { translationEdits } from './translation-edits.js';
import { trimmedEnd } from './white-space.js';

export interface TerOptions {
  /** Cuts punctuation off and resolves entities of XML. */
  readonly normalized?: boolean;
  readonly noPunct?: boolean;
  /** Cuts ideographs apart where `normalized`, and drops Asian punctuation too where `noPunct`. */
  readonly asianSupport?: boolean;
  readonly caseSensitive?: boolean;
}

/**
 * Translation edit rate, in per cent: words inserted, deleted, replaced and runs of words moved, over the words of the reference.
 * Lower is better; above 100 is possible. Equal to sacrebleu's to the last printed digit, and with its signature.
 *
 * Of several references the one with the fewest edits counts, over their mean length. Moves are searched greedily, as Tercom does.
 *
 * @example
 * const { ter: found } = await scoreTexts({ hypotheses, references, metrics: { ter: ter({ normalized: true }) } });
 * @source Snover et al. 2006, "A study of translation edit rate with targeted human annotation", section 3.
 */
export function ter({
  normalized = false,
  noPunct = false,
  asianSupport = false,
  caseSensitive = false,
}: TerOptions = {}): TextMetric<'ter'> {
  const tokensOf = (line: string): string[] =>
    tercomTokens(trimmedEnd(line), { normalized, noPunct, asianSupport, caseSensitive });
  return {
    name: 'TER',
    settings: {
      case: caseSensitive ? 'mixed' : 'lc',
      tok: 'tercom',
      norm: normalized ? 'yes' : 'no',
      punct: noPunct ? 'no' : 'yes',
      asian: asianSupport ? 'yes' : 'no',
    },
    measure: (hypothesis, references) => {
      const tokens = tokensOf(hypothesis);
      let [fewest, length] = [Number.POSITIVE_INFINITY, 0];
      for (const reference of references) {
        // sacrebleu cuts references twice, which tells after white space that is not ASCII: "it's\u3000so" loses its 's then.
        const others = tokensOf(tokensOf(reference).join(' '));
        fewest = Math.min(fewest, translationEdits(tokens, others));
        length += others.length;
      }
      return Float64Array.of(fewest, length / references.length);
    },
    score: ([edits, length]) => {
      const rate = length! > 0 ? edits! / length! : edits! > 0 ? 1 : 0;
      return { ter: { value: 100 * rate, unit: '%', better: 'lower' } };
    },
  };
}
