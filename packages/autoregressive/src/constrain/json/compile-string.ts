import { ANY_CODE_POINT } from '../code-points.js';
import { type Expression, repeat } from '../expression.js';
import { parseRegex, regexOf } from '../parse-regex.js';
import { FORMATS } from './formats.js';
import { jsonCharacter, jsonString } from './json-text.js';
import { constraining, count, KEYWORDS, type SchemaObject, schemaError } from './keywords.js';
import type { SchemaCompiler } from './schema-compiler.js';

/** Strings: of a length in characters, or by a pattern, which is searched for as schemas have it, or in a format. */
export function compileString(schema: SchemaObject, path: string, { define }: SchemaCompiler): Expression {
  const said = constraining(schema).filter((keyword) => KEYWORDS.string!.includes(keyword));
  const { pattern, format } = schema;
  if (pattern === undefined && format === undefined) {
    const least = count(schema, path, 'minLength', 0);
    const most = count(schema, path, 'maxLength', Number.POSITIVE_INFINITY);
    if (most < least) throw schemaError(path, `maxLength ${most} is below minLength ${least}.`);
    const letter = define('character', () => jsonCharacter(ANY_CODE_POINT));
    return jsonString(repeat(letter, least, most));
  }
  if (said.length > 1) {
    throw schemaError(path, `${said.join(' and ')} cannot stand together. Write one pattern that says it all.`);
  }
  const where = `jsonSchema: ${path}`;
  if (pattern !== undefined) {
    return jsonString(parseRegex(where, regexOf(where, String(pattern), 'u'), { search: true }));
  }
  if (typeof format !== 'string' || !Object.hasOwn(FORMATS, format)) {
    const known = Object.keys(FORMATS).join(', ');
    throw schemaError(path, `format ${JSON.stringify(format)} is not supported, only ${known}. Write a pattern.`);
  }
  return jsonString(parseRegex(where, regexOf(where, FORMATS[format]!, 'u')));
}
