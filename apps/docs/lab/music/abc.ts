/**
 * Melodies as text, in a part of ABC notation: `C` to `B` from middle C up, `c` to `b` an octave higher, each comma an octave lower,
 * each apostrophe an octave higher; `^` sharpens, `_` flattens one note; a number is how many steps a note lasts, `z` is a rest. Bars
 * and blanks are passed over; there is no key signature.
 */
import { endOf, type Score, type ScoreNote } from './score.js';

const HEIGHTS: { readonly [letter: string]: number } = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const NAMES = ['C', '^C', 'D', '^D', 'E', 'F', '^F', 'G', '^G', 'A', '^A', 'B'];
const NOTE = /([_^]?)([A-Ga-gz])([,']*)(\d*)/y;

/** The melody of a text; throws what is wrong in words that the page can show. */
export function parseAbc(text: string): ScoreNote[] {
  const notes: ScoreNote[] = [];
  let at = 0;
  for (let i = 0; i < text.length; ) {
    if (/[\s|]/.test(text[i]!)) {
      i++;
      continue;
    }
    NOTE.lastIndex = i;
    const found = NOTE.exec(text);
    if (!found)
      throw new Error(
        `“${text.slice(i, i + 6)}” is no note: write C D E F G A B, c d e, z for a rest, 2 for a longer one.`,
      );
    const [whole, accidental, letter, octaves, number] = found as unknown as [string, string, string, string, string];
    const length = number === '' ? 1 : Number(number);
    if (length < 1 || length > 64) throw new Error(`“${whole}” lasts ${length} steps: 1 to 64 are possible.`);
    if (letter !== 'z') {
      const octave = [...octaves].reduce((sum, sign) => sum + (sign === ',' ? -12 : 12), letter >= 'a' ? 12 : 0);
      const moved = accidental === '^' ? 1 : accidental === '_' ? -1 : 0;
      notes.push({ voice: 0, pitch: 60 + HEIGHTS[letter.toUpperCase()]! + octave + moved, at, length });
    }
    at += length;
    i += whole.length;
  }
  return notes;
}

/** The text of a melody, a bar each `bar` steps where no note reaches across. */
export function formatAbc(melody: Score, bar: number): string {
  let text = '';
  const write = (name: string, from: number, to: number): void => {
    if (from > 0 && from % bar === 0) text += ' | ';
    text += `${name}${to - from === 1 ? '' : to - from}`;
  };
  let now = 0;
  for (const { pitch, at, length } of [...melody].sort((a, b) => a.at - b.at)) {
    if (at > now) write('z', now, at);
    write(abcName(pitch), at, at + length);
    now = at + length;
  }
  return text;
}

/** A melody shortened or moved by octaves until it fits; undefined where it is too wide. */
export function fitMelody(
  melody: Score,
  range: { readonly lowest: number; readonly highest: number },
): Score | undefined {
  if (endOf(melody) === 0) return melody;
  const pitches = melody.map(({ pitch }) => pitch);
  for (const shift of [0, 12, -12, 24, -24]) {
    if (Math.min(...pitches) + shift >= range.lowest && Math.max(...pitches) + shift <= range.highest) {
      return melody.map((note) => ({ ...note, pitch: note.pitch + shift }));
    }
  }
  return undefined;
}

function abcName(pitch: number): string {
  const name = NAMES[pitch % 12]!;
  const octave = Math.floor(pitch / 12) - 5; // 0 from middle C
  if (octave <= 0) return name + ','.repeat(-octave);
  return name.toLowerCase() + "'".repeat(octave - 1);
}
