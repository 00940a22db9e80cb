import { suggest } from '../nearest.js';
import { RequestError } from './request-error.js';

/** The untyped body of a request, read field by field. `null` is as good as nothing; each error names its field. */
export interface RequestFields {
  readonly number: (field: string, least: number, most: number) => number | undefined;
  readonly integer: (field: string, least: number, most?: number) => number | undefined;
  readonly boolean: (field: string) => boolean | undefined;
  readonly text: (field: string) => string | undefined;
  readonly oneOf: <const N extends string>(field: string, names: readonly N[]) => N | undefined;
  readonly record: (field: string) => RequestFields | undefined;
  /** Whatever stands there. */
  readonly value: (field: string) => unknown;
  /** The error of a field that is not what was expected. */
  readonly wrong: (field: string, expected: string) => RequestError;
  /** Fields that change nothing of the answer. */
  readonly ignore: (...fields: readonly string[]) => void;
  /** A field that would change the answer and is not supported, unless it asks for what is done anyway. */
  readonly refuse: (field: string, ...harmless: readonly unknown[]) => void;
  /** To be called when all that is known was read. */
  readonly expectNoOthers: () => void;
}

/**
 * Reads `value`, which stands at `path` of the body, as an object.
 *
 * @throws RequestError if it is none; all of its readers if a field is not what they expect.
 */
export function requestFields(value: unknown, path = ''): RequestFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RequestError(`${path || 'The body'} must be an object, got ${show(value)}.`, path ? { param: path } : {});
  }
  const fields = new Map(Object.entries(value).filter(([, entry]) => entry !== null));
  const known = new Set<string>();
  const placeOf = (field: string): string => (path ? `${path}.${field}` : field);
  const get = (field: string): unknown => {
    known.add(field);
    return fields.get(field);
  };
  const wrong = (field: string, expected: string): RequestError => {
    const param = placeOf(field);
    return new RequestError(`${param} must be ${expected}, got ${show(fields.get(field))}.`, { param });
  };
  const read = <V>(field: string, expected: string, holds: (value: unknown) => value is V): V | undefined => {
    const got = get(field);
    if (got === undefined || holds(got)) return got;
    throw wrong(field, expected);
  };
  return {
    number: (field, least, most) =>
      read(
        field,
        `a number from ${least} to ${most}`,
        (x): x is number => typeof x === 'number' && x >= least && x <= most,
      ),
    integer: (field, least, most = Number.MAX_SAFE_INTEGER) =>
      read(
        field,
        most === Number.MAX_SAFE_INTEGER ? `an integer of at least ${least}` : `an integer from ${least} to ${most}`,
        (x): x is number => Number.isSafeInteger(x) && (x as number) >= least && (x as number) <= most,
      ),
    boolean: (field) => read(field, 'true or false', (x): x is boolean => typeof x === 'boolean'),
    text: (field) => read(field, 'a text', (x): x is string => typeof x === 'string'),
    oneOf: (field, names) =>
      read(field, `one of ${names.join(', ')}`, (x): x is (typeof names)[number] => names.some((name) => name === x)),
    record: (field) => {
      const got = get(field);
      return got === undefined ? undefined : requestFields(got, placeOf(field));
    },
    value: get,
    wrong,
    ignore: (...names) => {
      for (const name of names) known.add(name);
    },
    refuse: (field, ...harmless) => {
      const got = get(field);
      if (got === undefined || harmless.some((other) => JSON.stringify(other) === JSON.stringify(got))) return;
      const param = placeOf(field);
      throw new RequestError(`${param} is not supported by this server, got ${show(got)}. Leave it out.`, { param });
    },
    expectNoOthers: () => {
      for (const field of fields.keys()) {
        if (known.has(field)) continue;
        const param = placeOf(field);
        throw new RequestError(`${param} is not a field that is known here. ${suggest(field, [...known])}`, { param });
      }
    },
  };
}

/** A value as messages show it. */
function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
