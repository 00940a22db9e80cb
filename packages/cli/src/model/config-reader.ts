import { suggest } from '../nearest.js';
import { UsageError } from '../usage-error.js';

/** Untyped JSON read field by field; what is wrong is said with the place where it stands. */
export interface ConfigReader {
  /** `config.json: parts` and the like. */
  readonly where: string;
  readonly has: (field: string) => boolean;
  readonly isList: (field: string) => boolean;
  readonly integer: (field: string, least: number) => number;
  /** From `least` up, to `most` if that is given. */
  readonly number: (field: string, least: number, most?: number) => number;
  readonly boolean: (field: string) => boolean;
  readonly text: (field: string) => string;
  readonly oneOf: <const N extends string>(field: string, names: readonly N[]) => N;
  readonly integers: (field: string, least: number, count?: number) => number[];
  readonly texts: (field: string) => string[];
  /** An object whose fields are not looked at. */
  readonly object: (field: string) => object;
  readonly record: (field: string, known: readonly string[]) => ConfigReader;
}

/**
 * Reads `value` as an object with only `known` fields.
 *
 * @throws UsageError if it is not an object or has another field.
 */
export function configReader(where: string, value: unknown, known: readonly string[]): ConfigReader {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where} must be an object, got ${show(value)}.`);
  }
  const fields = new Map(Object.entries(value));
  for (const field of fields.keys()) {
    if (!known.includes(field))
      throw new UsageError(`${where} has an unknown field "${field}". ${suggest(field, known)}`);
  }
  const wrong = (field: string, expected: string): never => {
    throw new UsageError(`${where}.${field} must be ${expected}, got ${show(fields.get(field))}.`);
  };
  return {
    where,
    has: (field) => fields.get(field) !== undefined,
    isList: (field) => Array.isArray(fields.get(field)),
    integer: (field, least) => {
      const got = fields.get(field);
      return isInteger(got, least) ? got : wrong(field, `an integer of at least ${least}`);
    },
    number: (field, least, most = Number.POSITIVE_INFINITY) => {
      const got = fields.get(field);
      const fits = typeof got === 'number' && Number.isFinite(got) && got >= least && got <= most;
      if (fits) return got;
      return wrong(
        field,
        Number.isFinite(most) ? `a number from ${least} to ${most}` : `a number of at least ${least}`,
      );
    },
    boolean: (field) => {
      const got = fields.get(field);
      return typeof got === 'boolean' ? got : wrong(field, 'true or false');
    },
    text: (field) => {
      const got = fields.get(field);
      return typeof got === 'string' ? got : wrong(field, 'a text');
    },
    oneOf: (field, names) => {
      const got = fields.get(field);
      return names.find((name) => name === got) ?? wrong(field, `one of ${names.join(', ')}`);
    },
    integers: (field, least, count) => {
      const got = fields.get(field);
      const long = Array.isArray(got) && (count === undefined || got.length === count);
      const fits = long && got.every((entry) => isInteger(entry, least));
      return fits
        ? (got as number[])
        : wrong(field, `a list of ${count ?? ''} integers of at least ${least}`.replace('  ', ' '));
    },
    texts: (field) => {
      const got = fields.get(field);
      const fits = Array.isArray(got) && got.every((entry) => typeof entry === 'string');
      return fits ? (got as string[]) : wrong(field, 'a list of texts');
    },
    object: (field) => {
      const got = fields.get(field);
      return typeof got === 'object' && got !== null && !Array.isArray(got) ? got : wrong(field, 'an object');
    },
    record: (field, inner) => configReader(`${where}.${field}`, fields.get(field), inner),
  };
}

const isInteger = (value: unknown, least: number): value is number =>
  Number.isSafeInteger(value) && (value as number) >= least;

const show = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
