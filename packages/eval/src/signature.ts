import { version } from './version.js';

/**
 * What fixes a figure, in one line, as sacrebleu does: `frechet|features:fashion-mnist-8c1f|samples:10000|reference:10000|version:genai-0.1.0`.
 *
 * Figures with different signatures do not compare. Entries stand in the order given, the version of this package behind them; what
 * would break the line apart is escaped.
 *
 * @example
 * signature('bleu', { case: 'mixed', tok: '13a', smooth: 'exp' }); // 'bleu|case:mixed|tok:13a|smooth:exp|version:genai-0.1.0'
 */
export function signature(name: string, settings: { readonly [name: string]: string | number | boolean }): string {
  const entries = Object.entries({ ...settings, version: version() });
  return [name, ...entries.map(([key, value]) => `${clean(key)}:${clean(String(value))}`)].join('|');
}

function clean(text: string): string {
  return text.replaceAll(/[\\|:\n]/g, (letter) => (letter === '\n' ? '\\n' : `\\${letter}`));
}
