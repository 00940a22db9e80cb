import type { Expression } from '../expression.js';
import { ceilAt, type Decimal, decimalOf, floorAt } from './decimal.js';
import { type Decimals, decimalsBetween } from './decimals-between.js';
import { integersBetween } from './integers-between.js';
import { jsonNumber } from './json-text.js';
import { type SchemaObject, schemaError } from './keywords.js';
import type { SchemaCompiler } from './schema-compiler.js';

/** Integers within their bounds, exactly; safe integers, so that they are read as they are written. */
export function compileInteger(schema: SchemaObject, path: string, { define }: SchemaCompiler): Expression {
  const { low, high, step } = boundsOf(schema, path);
  const from = larger(low(0), -LARGEST);
  const to = smaller(high(0), LARGEST);
  if (from > to) throw schemaError(path, `no integer is at least ${from} and at most ${to}. Mend the bounds.`);
  // n · 10^places is a multiple of the units if n is one of what they do not have in common.
  const units = step ? step.units / divisor(step.units, 10n ** BigInt(step.places)) : 1n;
  if (units === 1n) return integersBetween(Number(from), Number(to));
  if (firstMultiple(from, units) > to) {
    throw schemaError(
      path,
      `no multiple of ${schema.multipleOf} is at least ${from} and at most ${to}. Mend the bounds.`,
    );
  }
  const decimals = { low: () => from, high: () => to, places: () => 0, longest: MOST_DIGITS + 1, step: units };
  return written(decimals, schema, path, (name, make) => define(`${path} integer ${name}`, make));
}

/**
 * Numbers within their bounds. With bounds they have no exponent and at most 15 digits, which doubles keep apart: what is above a bound
 * as it is written is above it as it is read.
 */
export function compileNumber(schema: SchemaObject, path: string, { define }: SchemaCompiler): Expression {
  const { low, high, step } = boundsOf(schema, path);
  const isWide = high(0) >= BEYOND && !step;
  if (isWide && low(0) <= -BEYOND) return jsonNumber(true);
  if (isWide && low(MOST_DIGITS) === 0n) return jsonNumber(false);
  if (step && step.places >= MOST_DIGITS) {
    throw schemaError(
      path,
      `multipleOf ${schema.multipleOf} has ${step.places} decimals, at most ${MOST_DIGITS - 1} are written.`,
    );
  }
  const places = step ? () => step.places : (length: number) => MOST_DIGITS - length;
  const longest = step ? MOST_DIGITS - step.places : MOST_DIGITS;
  const decimals = { low, high, places, longest, step: step?.units ?? 1n };
  return written(decimals, schema, path, (name, make) => define(`${path} number ${name}`, make));
}

function written(decimals: Decimals, schema: SchemaObject, path: string, define: SchemaCompiler['define']): Expression {
  const found = decimalsBetween(decimals, define);
  if (found?.kind === 'choice' && found.options.length === 0) {
    throw schemaError(path, `no number of ${MOST_DIGITS} digits is within ${JSON.stringify(schema)}. Mend the bounds.`);
  }
  if (found) return found;
  throw schemaError(
    path,
    `multipleOf ${schema.multipleOf} has too many remainders. Leave it out, and check the result yourself.`,
  );
}

/** The bounds of a schema, both included, in units of 10^(−places); what numbers are multiples of. */
type Bounds = {
  readonly low: (places: number) => bigint;
  readonly high: (places: number) => bigint;
  readonly step: Decimal | undefined;
};

function boundsOf(schema: SchemaObject, path: string): Bounds {
  const decimal = (keyword: string): Decimal | undefined => {
    const value = schema[keyword];
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isFinite(value)) return decimalOf(value);
    throw schemaError(path, `${keyword} must be a number, got ${JSON.stringify(value)}.`);
  };
  const [minimum, maximum] = [decimal('minimum'), decimal('maximum')];
  const [above, below] = [decimal('exclusiveMinimum'), decimal('exclusiveMaximum')];
  const step = decimal('multipleOf');
  if (step && step.units <= 0n) throw schemaError(path, `multipleOf must be above 0, got ${schema.multipleOf}.`);
  return {
    low: (places) =>
      larger(
        minimum ? ceilAt(minimum, places) : -BEYOND * 10n ** BigInt(places),
        above ? floorAt(above, places) + 1n : -BEYOND * 10n ** BigInt(places),
      ),
    high: (places) =>
      smaller(
        maximum ? floorAt(maximum, places) : BEYOND * 10n ** BigInt(places),
        below ? ceilAt(below, places) - 1n : BEYOND * 10n ** BigInt(places),
      ),
    step,
  };
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** The smallest multiple of `units` that is at least `from`. */
function firstMultiple(from: bigint, units: bigint): bigint {
  const cut = from / units; // towards zero
  return (cut * units < from ? cut + 1n : cut) * units;
}

/** The greatest common divisor. */
function divisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : divisor(b, a % b);
}

const LARGEST = BigInt(Number.MAX_SAFE_INTEGER);
/** Decimals of so many digits are different doubles. */
const MOST_DIGITS = 15;
/** Above every number that {@link jsonNumber} writes: 16 digits, and an exponent of two. */
const BEYOND = 10n ** 115n;
