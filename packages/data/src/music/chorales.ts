import { GenaiError } from '@genai/core';

/**
 * What sounds at each of a row of equal steps, as MIDI's numbers of keys; −1 is a voice that rests, and a step of nothing is silence.
 *
 * Whether a pitch that stays is held or struck again is not said.
 */
export type Chorale = readonly (readonly number[])[];

/** Chorales to learn from, to choose by and to measure with. */
export interface ChoraleSplits {
  readonly train: readonly Chorale[];
  readonly valid: readonly Chorale[];
  readonly test: readonly Chorale[];
}

/**
 * Reads the JSON in which Bach's 382 chorales go round: `{ train, valid, test }`, lists of chorales, lists of steps, lists of pitches.
 *
 * There are such files of quarter notes, whose steps list pitches from below, each once, and of sixteenths, whose steps list soprano,
 * alto, tenor and bass; {@link voicesOf} tells them apart. `name` stands in errors.
 *
 * @example
 * const { train } = chorales(await readFile('Jsb16thSeparated.json', 'utf8'));
 * await writeFile('chorale.mid', encodeMidi(choraleNotes(train[0]!), { tempo: 80 }));
 * @throws GenaiError if the text is not such JSON, or a pitch is no integer from −1 to 127.
 * @source Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", section 6 (the split);
 * the files: github.com/czhuang/JSB-Chorales-dataset.
 */
export function chorales(json: string, name = 'the file'): ChoraleSplits {
  const parsed = parse(json, name);
  const split = (part: keyof ChoraleSplits): Chorale[] =>
    listOf(parsed[part], `${name}: ${part}`, 'a list of chorales').map((chorale, i) =>
      choraleOf(chorale, `${name}: ${part}[${i}]`),
    );
  return { train: split('train'), valid: split('valid'), test: split('test') };
}

function parse(json: string, name: string): { readonly [part: string]: unknown } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new GenaiError(`chorales: ${name} is no JSON: ${(cause as Error).message}. Is it damaged?`, { cause });
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw new GenaiError(`chorales: ${name} holds ${nameOf(parsed)}, expected an object { train, valid, test }.`);
}

function choraleOf(value: unknown, where: string): Chorale {
  return listOf(value, where, 'a list of steps').map((step, t) =>
    listOf(step, `${where}[${t}]`, 'a list of pitches').map((pitch) => {
      if (typeof pitch === 'number' && Number.isInteger(pitch) && pitch >= -1 && pitch <= 127) return pitch;
      throw new GenaiError(
        `chorales: ${where}[${t}] holds ${JSON.stringify(pitch)}, expected pitches from 0 to 127, or -1 for a rest.`,
      );
    }),
  );
}

function listOf(value: unknown, where: string, expected: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new GenaiError(`chorales: ${where} is ${nameOf(value)}, expected ${expected}.`);
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'missing';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
