import { GenaiError } from '@genai/core';

/** A `config.json` read field by field; `null` is as good as absent. Without a `missing`, a field must be there. */
export interface Fields {
  /** An integer from 1 to `most`. */
  readonly integer: (name: string, missing?: number, most?: number) => number;
  /** A finite number above 0. */
  readonly number: (name: string, missing?: number) => number;
  readonly boolean: (name: string, missing: boolean) => boolean;
  readonly text: (name: string, missing?: string) => string;
  /** An object, or `undefined` if it is absent. */
  readonly record: (name: string) => Fields | undefined;
  /** A list of texts, or `undefined` if it is absent. */
  readonly texts: (name: string) => readonly string[] | undefined;
  /** Tokens, given as a number or a list; those that are not below `vocabulary` are left out, as no model can give them. */
  readonly tokens: (name: string, vocabulary: number) => readonly number[];
  readonly has: (name: string) => boolean;
  /** True for `null` alone: where a class has a default, that takes it away. */
  readonly isNull: (name: string) => boolean;
  /** @throws GenaiError that names the field, what it is and what was expected. */
  readonly refuse: (name: string, expected: string) => never;
}

/** @throws GenaiError if `json` is not an object; when used, if a field is not what it should be. */
export function fieldsOf(where: string, json: unknown): Fields {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new GenaiError(`${where} must be an object, got ${show(json)}.`);
  }
  const values = new Map<string, unknown>(Object.entries(json).filter(([, value]) => value !== null));
  const refuse = (name: string, expected: string): never => {
    throw new GenaiError(`${where}: "${name}" must be ${expected}, got ${show(values.get(name))}.`);
  };
  const read =
    <T>(expected: string, is: (value: unknown) => value is T) =>
    (name: string, missing?: T): T => {
      const value = values.get(name) ?? missing;
      return is(value) ? value : refuse(name, expected);
    };
  const recordOf = (name: string): Fields | undefined =>
    values.has(name) ? fieldsOf(`${where}: "${name}"`, values.get(name)) : undefined;
  return {
    integer: (name, missing, most = MOST) =>
      read(`an integer from 1 to ${most}`, (x): x is number => isInteger(x, 1) && x <= most)(name, missing),
    number: read('a number above 0', (x): x is number => typeof x === 'number' && Number.isFinite(x) && x > 0),
    boolean: read('true or false', (x): x is boolean => typeof x === 'boolean'),
    text: read('a text', (x): x is string => typeof x === 'string'),
    record: recordOf,
    texts: (name) =>
      values.has(name)
        ? read('a list of texts', (x): x is string[] => Array.isArray(x) && x.every((e) => typeof e === 'string'))(name)
        : undefined,
    tokens: (name, vocabulary) => {
      const value = values.get(name) ?? [];
      const list: readonly unknown[] = Array.isArray(value) ? value : [value];
      if (!list.every((token) => isInteger(token, -1))) return refuse(name, 'a token or a list of tokens');
      return list.filter((token) => token >= 0 && token < vocabulary);
    },
    has: (name) => values.has(name),
    isNull: (name) => Object.hasOwn(json, name) && !values.has(name),
    refuse,
  };
}

/** More than any size of a model that fits a machine, and few enough to count with. */
const MOST = 2 ** 28;

function isInteger(value: unknown, least: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least;
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
