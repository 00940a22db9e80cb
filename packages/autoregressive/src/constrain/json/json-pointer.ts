import { isObject, type SchemaObject, schemaError } from './keywords.js';

/** What a reference within a document refers to. */
export function valueAt(whole: unknown, reference: unknown): unknown {
  return namesOf(reference).reduce<unknown>((at, name) => {
    if ((isObject(at) || Array.isArray(at)) && Object.hasOwn(at, name)) return (at as SchemaObject)[name];
    throw missing(reference);
  }, whole);
}

/** The one way to write a reference: its path, without the escapes of addresses. */
export function pathOf(reference: unknown): string {
  return ['#', ...namesOf(reference).map(escapePointer)].join('/');
}

/** A name as a part of a path. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** @source RFC 6901, 6 (JSON pointers as fragments of addresses). */
function namesOf(reference: unknown): string[] {
  const [root, ...parts] = String(reference).split('/');
  if (root !== '#') throw missing(reference);
  try {
    return parts.map((part) => decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~'));
  } catch {
    throw missing(reference);
  }
}

function missing(reference: unknown): Error {
  return schemaError(String(reference), 'there is nothing at this $ref. References start at # and stay in the schema.');
}
