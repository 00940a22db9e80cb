import { CannotCaptureError, GenaiError } from '@genai/core';
import { type NotFinite, NotFiniteError } from '../not-finite-error.js';

/** An error, or whatever else was thrown, as data that a message can hold. */
export type PlainError =
  | { readonly thrown: unknown }
  | {
      readonly kind: 'genai' | 'dom' | 'other';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      /** Its own members besides: `step` and `paths` of a NotFiniteError, say. */
      readonly fields: { readonly [name: string]: unknown };
      readonly cause: PlainError | undefined;
    };

/** `error` with its name, message, stack, members and causes; what cannot be sent of it is left out. */
export function toPlainError(error: unknown, depth = 0): PlainError {
  if (!(error instanceof Error || GenaiError.is(error))) return { thrown: canBeSent(error) ? error : String(error) };
  const { name, message, stack, cause } = error;
  const fields = Object.entries(error).filter(([field, value]) => !OWN.has(field) && canBeSent(value));
  return {
    kind: GenaiError.is(error) ? 'genai' : isDomException(error) ? 'dom' : 'other',
    name,
    message,
    stack,
    fields: Object.fromEntries(fields),
    cause: cause === undefined || depth === DEEPEST ? undefined : toPlainError(cause, depth + 1),
  };
}

/** The error again: of its class for those of this house that have one, and those of the language. */
export function fromPlainError(plain: PlainError): unknown {
  if ('thrown' in plain) return plain.thrown;
  const { kind, name, message, stack, fields, cause } = plain;
  if (kind === 'dom') return new DOMException(message, name);
  const options = cause && { cause: fromPlainError(cause) };
  const error =
    name === 'NotFiniteError' && kind === 'genai'
      ? new NotFiniteError(fields as unknown as NotFinite)
      : new (classOf(kind, name))(message, options);
  Object.assign(error, fields);
  if (error.name !== name) error.name = name;
  if (stack !== undefined) error.stack = stack;
  return error;
}

const DEEPEST = 4;
const OWN: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause']);
const LANGUAGE: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
]);

type ErrorClass = new (message: string, options?: ErrorOptions) => Error;

function classOf(kind: 'genai' | 'other', name: string): ErrorClass {
  if (kind === 'other') return LANGUAGE.get(name) ?? Error;
  return name === 'CannotCaptureError' ? CannotCaptureError : GenaiError;
}

function isDomException(error: object): boolean {
  return typeof DOMException !== 'undefined' && error instanceof DOMException;
}

function canBeSent(value: unknown): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}
