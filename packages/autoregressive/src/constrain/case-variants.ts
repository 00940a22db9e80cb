import { type CodePoints, codePoints, hasCodePoint } from './code-points.js';

/**
 * The set and all characters that differ from one of it in case only, as the flag `i` of regular expressions says: with `unicode`
 * by simple case folding, else by upper case.
 *
 * @source ECMA-262 2024, 22.2.2.7.3, Canonicalize.
 */
export function withCaseVariants(set: CodePoints, unicode: boolean): CodePoints {
  const added = groups(unicode).filter((group) => group.some((point) => hasCodePoint(set, point)));
  return codePoints([...set, ...added.flat().map((point) => [point, point] as const)]);
}

const kept = new Map<boolean, readonly (readonly number[])[]>();

/** Characters that count as one, for all of which there are several. */
function groups(unicode: boolean): readonly (readonly number[])[] {
  let found = kept.get(unicode);
  if (!found) {
    const byForm = new Map<string, number[]>();
    for (let point = 0; point <= (unicode ? LAST_WITH_CASE : 0xffff); point++) {
      const character = String.fromCodePoint(point);
      if (character.toLowerCase() === character && character.toUpperCase() === character) continue;
      const form = unicode ? folded(character) : upper(character);
      const group = byForm.get(form);
      if (group) group.push(point);
      else byForm.set(form, [point]);
    }
    found = [...byForm.values()].filter((group) => group.length > 1);
    kept.set(unicode, found);
  }
  return found;
}

function upper(character: string): string {
  const form = character.toUpperCase();
  return form.length !== 1 || (character.charCodeAt(0) >= 128 && form.charCodeAt(0) < 128) ? character : form;
}

/** Full upper case, back in lower case: of two characters it is the same where their simple case folding is. */
function folded(character: string): string {
  if (character === 'ı') return character; // it has no folding outside of Turkish
  return character.toLowerCase().toUpperCase().toLowerCase();
}

/** The scripts behind it have no upper and lower case. */
const LAST_WITH_CASE = 0x1efff;
