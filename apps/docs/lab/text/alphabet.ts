import { type Characters, characters } from '@genai/data';

/** Whatever may be typed in English, and the end of a line. */
const ASCII = `\n${Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')}`;

/**
 * The characters of a text beside those of ASCII: prompts, expressions and JSON can then be spelled whatever the text, and a checkpoint
 * fits other English texts.
 */
export function alphabetOf(text: string): Characters {
  return characters(ASCII + text);
}

/** The text without the characters that the alphabet lacks, and how many were left out. */
export function readable({ alphabet }: Characters, text: string): { readonly text: string; readonly left: number } {
  const known = new Set(alphabet);
  const kept = [...text].filter((character) => known.has(character));
  return { text: kept.join(''), left: [...text].length - kept.length };
}
