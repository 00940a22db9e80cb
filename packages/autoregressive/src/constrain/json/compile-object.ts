import { ANY_CODE_POINT, codePointsOf, complement } from '../code-points.js';
import { character, choice, type Expression, optional, repeat, sequence, text } from '../expression.js';
import { escapePointer } from './json-pointer.js';
import { jsonString } from './json-text.js';
import { listAt, objectAt, type SchemaObject, schemaError } from './keywords.js';
import type { SchemaCompiler } from './schema-compiler.js';

/** Objects: listed properties in their order, then others if they may be there. */
export function compileObject(
  schema: SchemaObject,
  path: string,
  { gap, compile, define }: SchemaCompiler,
): Expression {
  const properties = objectAt(schema, path, 'properties');
  const names = Object.keys(properties);
  const required = new Set(listAt(schema, path, 'required'));
  for (const name of required) {
    if (!names.includes(name as string)) {
      throw schemaError(path, `required property ${JSON.stringify(name)} is not among the properties. List it there.`);
    }
  }
  const between = sequence([gap, text(','), gap]);
  const member = (key: Expression, value: Expression): Expression => sequence([key, gap, text(':'), gap, value]);
  const members = names.map((name) =>
    define(`${path} member ${JSON.stringify(name)}`, () =>
      member(text(JSON.stringify(name)), compile(properties[name], `${path}/properties/${escapePointer(name)}`)),
    ),
  );
  // Without a word about others, an object of listed properties has no others: what `generate` is wanted for.
  const others = schema.additionalProperties ?? !('properties' in schema);
  const other = others
    ? define(`${path} other member`, () =>
        member(jsonString(anyTextBut(names)), compile(others, `${path}/additionalProperties`)),
      )
    : choice([]);
  const more = repeat(sequence([between, other]));
  /** What may follow once something is there and the members before `from` are decided. */
  const rest = (from: number): Expression =>
    from === members.length
      ? more
      : define(`${path} from member ${from}`, () => {
          const next = sequence([between, members[from]!]);
          return sequence([required.has(names[from]!) ? next : optional(next), rest(from + 1)]);
        });
  const needed = names.findIndex((name) => required.has(name));
  const firsts = members.slice(0, needed < 0 ? members.length : needed + 1);
  const options = firsts.map((first, i) => sequence([first, rest(i + 1)]));
  if (needed < 0) options.push(sequence([other, more]));
  const inside = sequence([choice(options), gap]);
  return sequence([text('{'), gap, needed < 0 ? optional(inside) : inside, text('}')]);
}

/** Any text but these. */
function anyTextBut(texts: readonly string[]): Expression {
  const rest = repeat(character(ANY_CODE_POINT));
  if (texts.length === 0) return rest;
  const letters = [...new Set(texts.flatMap((one) => Array.from(one).slice(0, 1)))];
  const options = [sequence([character(complement(codePointsOf(letters.join('')))), rest])];
  for (const letter of letters) {
    const tails = texts.filter((one) => one.startsWith(letter)).map((one) => one.slice(letter.length));
    options.push(sequence([text(letter), anyTextBut(tails)]));
  }
  if (!texts.includes('')) options.push(sequence([]));
  return choice(options);
}
