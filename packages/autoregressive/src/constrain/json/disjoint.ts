import { isObject, type SchemaObject } from './keywords.js';

/**
 * Whether no value can be valid by both schemas, as far as is seen at once: of different types, of different constants, or objects
 * that have a required property for which that holds.
 */
export function areDisjoint(a: unknown, b: unknown, resolve: (schema: SchemaObject) => unknown, depth = 0): boolean {
  if (a === false || b === false) return true;
  if (!isObject(a) || !isObject(b) || depth > MOST_DEPTH) return false;
  if ('$ref' in a) return areDisjoint(resolve(a), b, resolve, depth + 1);
  if ('$ref' in b) return areDisjoint(a, resolve(b), resolve, depth + 1);
  const [first, second] = [typesOf(a), typesOf(b)];
  if (first && second && !first.some((type) => second.includes(type))) return true;
  const [left, right] = [constantsOf(a), constantsOf(b)];
  if (left && right)
    return [...left, ...right].every((value) => !isNested(value)) && !left.some((v) => right.includes(v));
  if (!isOnly(first, 'object') || !isOnly(second, 'object')) return false;
  const [mine, others] = [requiredOf(a), requiredOf(b)];
  return Object.keys(mine).some((name) => name in others && areDisjoint(mine[name], others[name], resolve, depth + 1));
}

function constantsOf(schema: SchemaObject): readonly unknown[] | undefined {
  if ('const' in schema) return [schema.const];
  return Array.isArray(schema.enum) ? schema.enum : undefined;
}

function typesOf(schema: SchemaObject): string[] | undefined {
  const constants = constantsOf(schema);
  if (constants) return constants.map((value) => typeOf(value));
  if (schema.type === undefined) return undefined;
  return [schema.type].flat().map((type) => (type === 'integer' ? 'number' : String(type)));
}

/** The type of a value, in the words of schemas; integers are numbers. */
function typeOf(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}

function requiredOf(schema: SchemaObject): { [name: string]: unknown } {
  const required = Array.isArray(schema.required) ? schema.required : [];
  const properties = isObject(schema.properties) ? schema.properties : {};
  return Object.fromEntries(Object.entries(properties).filter(([name]) => required.includes(name)));
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function isOnly(types: readonly string[] | undefined, type: string): boolean {
  return types?.every((one) => one === type) ?? false;
}

const MOST_DEPTH = 16;
