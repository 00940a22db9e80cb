import { GenaiError } from '@genai/core';
import { automatonOf, type Readings } from '../automaton-of.js';
import type { ByteAutomaton } from '../byte-automaton.js';
import { codePointsOf, complement, intersection } from '../code-points.js';
import type { Expression } from '../expression.js';
import { networkOf } from '../network.js';
import { parseRegex, regexOf } from '../parse-regex.js';
import { schemaCompiler } from './schema-compiler.js';

/** A schema of JSON: an object of keywords, or whether anything is valid. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown };

export interface JsonOptions {
  /** What may stand between the parts of objects and arrays: a pattern of white space. Nothing unless given. */
  readonly whitespace?: string | RegExp;
}

/**
 * The texts of JSON that are valid by a schema.
 *
 * Known are `type` (one or several), `properties` (written in this order), `required`, `additionalProperties`, `items`,
 * `prefixItems`, `minItems`, `maxItems`, `enum`, `const`, `anyOf`, `oneOf` (where it is clear that only one applies), `$ref` within the schema,
 * also recursive, `pattern`, `minLength`, `maxLength`, `format` (date, time, date-time, uuid, email, ipv4), bounds of numbers and `multipleOf`, whole
 * or decimal.
 * Any other keyword that could make a text invalid is an error.
 *
 * What is written is valid; not all that is valid is written. Objects with `properties` have no others unless
 * `additionalProperties` says so, integers are safe integers, numbers have at most 16 digits before and behind the point, with bounds or
 * `multipleOf` no exponent and 15 digits in all, and strings are escaped only where they must be. Multiples are those of the decimal: 0.07 is
 * one of 0.01, though some validators divide doubles and say that it is not. Other properties may come twice.
 *
 * @example
 * const person = jsonSchema({
 *   type: 'object',
 *   properties: { name: { type: 'string', maxLength: 40 }, age: { type: 'integer', minimum: 0, maximum: 150 } },
 *   required: ['name'],
 * });
 * const constraint = constrain(person, Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)));
 * @throws GenaiError that names the path in the schema and what is not supported or wrong there.
 * @source JSON Schema 2020-12; RFC 8259.
 */
export function jsonSchema(schema: JsonSchema, { whitespace }: JsonOptions = {}): ByteAutomaton<Readings> {
  const { compile, rules } = schemaCompiler(schema, gapOf(whitespace));
  return automatonOf('jsonSchema', networkOf('jsonSchema', compile(schema, '#'), rules));
}

/**
 * The texts of JSON, of any value and however deep, in the way {@link jsonSchema} writes them.
 *
 * @example
 * const constraint = constrain(json(), Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte)));
 * @throws GenaiError if `whitespace` can be anything but white space.
 */
export function json(options: JsonOptions = {}): ByteAutomaton<Readings> {
  return jsonSchema(true, options);
}

function gapOf(whitespace: string | RegExp = ''): Expression {
  const where = 'jsonSchema: whitespace';
  const gap = parseRegex(where, typeof whitespace === 'string' ? regexOf(where, whitespace, 'u') : whitespace);
  if (isWhite(gap)) return gap;
  throw new GenaiError(
    `${where} ${whitespace} can be something else. Use blanks, \\t, \\n and \\r only, as in / ?/ or /[ \\n]*/.`,
  );
}

function isWhite(gap: Expression): boolean {
  if (gap.kind === 'character') return intersection(gap.set, complement(codePointsOf(' \t\n\r'))).length === 0;
  if (gap.kind === 'sequence') return gap.parts.every(isWhite);
  if (gap.kind === 'choice') return gap.options.every(isWhite);
  return gap.kind === 'repeat' && isWhite(gap.part);
}
