import { GenaiError } from '@genai/core';

/**
 * `value` as JSON text in UTF-8.
 *
 * @throws GenaiError at anything that JSON would drop or change without a word: functions, NaN, class instances, cycles.
 */
export function encodeJson(value: unknown, where: string): Uint8Array {
  check(value, where, new Set());
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

function check(value: unknown, path: string, above: Set<object>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  if (typeof value !== 'object') fail(path, typeof value === 'number' ? String(value) : typeof value);
  if (above.has(value)) fail(path, 'a circle');
  const prototype = Object.getPrototypeOf(value) as object | null;
  const plain = Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null;
  if (!plain || 'toJSON' in value) fail(path, `of class ${prototype?.constructor.name ?? 'unknown'}`);
  above.add(value);
  for (const [name, child] of Object.entries(value)) {
    if (name === '__proto__') fail(`${path}.${name}`, 'a dangerous name');
    if (child !== undefined || Array.isArray(value)) check(child, `${path}.${name}`, above); // JSON leaves those members out
  }
  above.delete(value);
}

function fail(path: string, got: string): never {
  throw new GenaiError(
    `${path} is ${got}. It must be plain JSON: strings, finite numbers, booleans, null, arrays, objects.`,
  );
}
