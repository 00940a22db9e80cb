import { GenaiError } from '@genai/core';

/** A schema that is not `true` or `false`. */
export type SchemaObject = { readonly [keyword: string]: unknown };

/** Keywords that say nothing about what is valid. */
const ANNOTATIONS =
  '$schema $id $comment $defs definitions title description default examples deprecated readOnly writeOnly'.split(' ');

const BOUNDS = ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'];

/** What may stand beside `type`, by type. */
export const KEYWORDS: { readonly [type: string]: readonly string[] } = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems'],
  string: ['minLength', 'maxLength', 'pattern', 'format'],
  integer: BOUNDS,
  number: BOUNDS,
  boolean: [],
  null: [],
};

/** The error of a schema, at its path. */
export function schemaError(path: string, what: string): GenaiError {
  return new GenaiError(`jsonSchema: ${path}: ${what}`);
}

/**
 * Checks that a schema has no other keywords than these and such that say nothing: one that is not known might rule out what is
 * written.
 *
 * @throws GenaiError that names the keyword and the path.
 */
export function expectKeywords(schema: SchemaObject, path: string, known: readonly string[]): void {
  for (const keyword of constraining(schema)) {
    if (known.includes(keyword)) continue;
    const beside = known.length > 0 ? `here only ${known.join(', ')} may stand` : 'nothing may stand beside it';
    throw schemaError(path, `'${keyword}' is not supported; ${beside}. Leave it out, and check the result yourself.`);
  }
}

/** The keywords that say something about what is valid. */
export function constraining(schema: SchemaObject): string[] {
  return Object.keys(schema).filter(
    (keyword) => !ANNOTATIONS.includes(keyword) && !(keyword === 'uniqueItems' && schema[keyword] === false),
  );
}

/** A number of times that a keyword gives. */
export function count(schema: SchemaObject, path: string, keyword: string, otherwise: number): number {
  const value = schema[keyword] ?? otherwise;
  if (value === otherwise || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as number;
  throw schemaError(path, `${keyword} must be an integer of at least 0, got ${JSON.stringify(value)}.`);
}

/** An object that a keyword gives; empty without it. */
export function objectAt(schema: SchemaObject, path: string, keyword: string): SchemaObject {
  const value = schema[keyword] ?? {};
  if (isObject(value)) return value;
  throw schemaError(path, `${keyword} must be an object, got ${JSON.stringify(value)}.`);
}

/** A list that a keyword gives; empty without it. */
export function listAt(schema: SchemaObject, path: string, keyword: string): readonly unknown[] {
  const value = schema[keyword] ?? [];
  if (Array.isArray(value)) return value;
  throw schemaError(path, `${keyword} must be a list, got ${JSON.stringify(value)}.`);
}

export function isObject(value: unknown): value is SchemaObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
