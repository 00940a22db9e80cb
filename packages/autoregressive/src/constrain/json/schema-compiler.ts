import { choice, type Expression, type Rules, rule, text } from '../expression.js';
import { oneOf } from '../one-of.js';
import { compileArray } from './compile-array.js';
import { compileInteger, compileNumber } from './compile-number.js';
import { compileObject } from './compile-object.js';
import { compileString } from './compile-string.js';
import { areDisjoint } from './disjoint.js';
import { pathOf, valueAt } from './json-pointer.js';
import {
  constraining,
  expectKeywords,
  isObject,
  KEYWORDS,
  listAt,
  type SchemaObject,
  schemaError,
} from './keywords.js';

/** From schemas to expressions, with the rules that they refer to. */
export interface SchemaCompiler {
  /** What may stand between two parts. */
  readonly gap: Expression;
  readonly rules: Rules;
  readonly compile: (schema: unknown, path: string) => Expression;
  /** The rule of a name; it is made once, so that it may refer to itself. */
  readonly define: (name: string, make: () => Expression) => Expression;
}

/** A compiler of the parts of one schema, to which references refer. */
export function schemaCompiler(whole: unknown, gap: Expression): SchemaCompiler {
  const rules = new Map<string, Expression>();
  const define = (name: string, make: () => Expression): Expression => {
    if (!rules.has(name)) {
      rules.set(name, choice([]));
      rules.set(name, make());
    }
    return rule(name);
  };
  const resolve = (schema: SchemaObject): unknown => valueAt(whole, schema.$ref);

  const compile = (schema: unknown, path: string): Expression => {
    if (schema === false) return choice([]);
    if (schema === true) return any();
    if (!isObject(schema)) {
      throw schemaError(path, `a schema is an object, true or false, got ${JSON.stringify(schema)}.`);
    }
    const keywords = constraining(schema);
    if (keywords.length === 0) return any();
    if ('$ref' in schema) {
      expectKeywords(schema, path, ['$ref']);
      const target = pathOf(schema.$ref);
      return define(target, () => compile(resolve(schema), target));
    }
    if ('const' in schema || 'enum' in schema) return constants(schema, path);
    for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
      if (!(keyword in schema)) continue;
      expectKeywords(schema, path, [keyword]);
      return alternatives(keyword, listAt(schema, path, keyword), path);
    }
    return typed(schema, path, keywords);
  };
  const any = (): Expression =>
    define('value', () =>
      choice(['object', 'array', 'string', 'number', 'boolean', 'null'].map((type) => ofType(type, {}, ''))),
    );
  const alternatives = (keyword: string, options: readonly unknown[], path: string): Expression => {
    if (keyword === 'allOf' && options.length !== 1) {
      throw schemaError(path, `allOf of ${options.length} schemas is not supported. Write them as one.`);
    }
    for (const [i, option] of options.entries()) {
      const same = keyword === 'oneOf' ? options.findIndex((o, j) => j < i && !areDisjoint(o, option, resolve)) : -1;
      if (same < 0) continue;
      throw schemaError(
        path,
        `a value may be of both ${same} and ${i} of oneOf, as far as can be seen. Write anyOf if it may.`,
      );
    }
    return choice(options.map((option, i) => compile(option, `${path}/${keyword}/${i}`)));
  };
  const typed = (schema: SchemaObject, path: string, keywords: readonly string[]): Expression => {
    // Without a type, those for which the keywords are; bounds may be of integers or not, and do not tell.
    const implied = ['object', 'array', 'string'].filter((type) =>
      keywords.some((word) => KEYWORDS[type]!.includes(word)),
    );
    const types = 'type' in schema ? [schema.type].flat() : implied;
    const unknown = types.find((type) => typeof type !== 'string' || !Object.hasOwn(KEYWORDS, type));
    if (unknown !== undefined) throw schemaError(path, `there is no type ${JSON.stringify(unknown)}.`);
    expectKeywords(schema, path, ['type', ...types.flatMap((type) => KEYWORDS[type as string]!)]);
    return choice(types.map((type) => ofType(type as string, schema, path)));
  };
  const ofType = (type: string, schema: SchemaObject, path: string): Expression => {
    switch (type) {
      case 'object':
        return define(`${path} object`, () => compileObject(schema, path, compiler));
      case 'array':
        return define(`${path} array`, () => compileArray(schema, path, compiler));
      case 'string':
        return compileString(schema, path, compiler);
      case 'integer':
        return compileInteger(schema, path, compiler);
      case 'number':
        return compileNumber(schema, path, compiler);
      case 'boolean':
        return oneOf(['true', 'false']);
      default:
        return text('null');
    }
  };
  const constants = (schema: SchemaObject, path: string): Expression => {
    const values = 'const' in schema ? [schema.const] : listAt(schema, path, 'enum');
    expectKeywords(schema, path, ['const' in schema ? 'const' : 'enum', 'type']);
    const types = schema.type === undefined ? undefined : [schema.type].flat();
    return oneOf(
      values.filter((value) => !types || types.some((type) => isOf(value, type))).map((v) => JSON.stringify(v)),
    );
  };

  const compiler: SchemaCompiler = { gap, rules, compile, define };
  return compiler;
}

function isOf(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return typeof value === type;
}
