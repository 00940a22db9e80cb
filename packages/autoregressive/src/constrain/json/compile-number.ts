import type { Expression } from '../expression.js';
import { integersBetween } from './integers-between.js';
import { jsonNumber } from './json-text.js';
import { KEYWORDS, type SchemaObject, schemaError } from './keywords.js';

/** Integers within their bounds, exactly; safe integers, so that they are read as they are written. */
export function compileInteger(schema: SchemaObject, path: string): Expression {
  const bound = (keyword: string, otherwise: number): number => {
    const value = schema[keyword] ?? otherwise;
    if (typeof value === 'number') return value;
    throw schemaError(path, `${keyword} must be a number, got ${JSON.stringify(value)}.`);
  };
  const above = Math.floor(bound('exclusiveMinimum', -LARGEST - 1));
  const below = Math.ceil(bound('exclusiveMaximum', LARGEST + 1));
  const low = Math.max(Math.ceil(bound('minimum', -LARGEST)), above + 1, -LARGEST);
  const high = Math.min(Math.floor(bound('maximum', LARGEST)), below - 1, LARGEST);
  if (low > high) throw schemaError(path, `no integer is at least ${low} and at most ${high}. Mend the bounds.`);
  return integersBetween(low, high);
}

/** Numbers, of any sign or of none. */
export function compileNumber(schema: SchemaObject, path: string): Expression {
  for (const keyword of KEYWORDS.integer!) {
    const value = schema[keyword];
    if (value === undefined || (keyword === 'minimum' && value === 0)) continue;
    throw schemaError(
      path,
      `of numbers that are no integers, only minimum 0 is supported, got ${keyword} ${JSON.stringify(value)}. ` +
        'Take type integer, or check the result yourself.',
    );
  }
  return jsonNumber(schema.minimum === undefined);
}

const LARGEST = Number.MAX_SAFE_INTEGER;
