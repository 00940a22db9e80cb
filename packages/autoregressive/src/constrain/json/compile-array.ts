import { type Expression, optional, repeat, sequence, text } from '../expression.js';
import { count, listAt, type SchemaObject, schemaError } from './keywords.js';
import type { SchemaCompiler } from './schema-compiler.js';

/** Arrays: the listed items first, then any number of the others, within the bounds. */
export function compileArray(schema: SchemaObject, path: string, { gap, compile, define }: SchemaCompiler): Expression {
  const least = count(schema, path, 'minItems', 0);
  const most = count(schema, path, 'maxItems', Number.POSITIVE_INFINITY);
  if (most < least) throw schemaError(path, `maxItems ${most} is below minItems ${least}.`);
  const listed = listAt(schema, path, 'prefixItems').map((item, i) => compile(item, `${path}/prefixItems/${i}`));
  const other = define(`${path} item`, () => compile(schema.items ?? true, `${path}/items`));
  const item = (i: number): Expression => listed[i] ?? other;
  const next = (i: number): Expression => sequence([gap, text(','), gap, item(i)]);

  // The first item stands without a comma, so those from the second on are counted apart.
  const begun = Math.max(listed.length, 1);
  let rest = begun < most ? repeat(next(begun), Math.max(least - begun, 0), most - begun) : sequence([]);
  for (let i = Math.min(begun, most) - 1; i > 0; i--) {
    rest = i < least ? sequence([next(i), rest]) : optional(sequence([next(i), rest]));
  }
  const items = sequence([item(0), rest, gap]);
  return sequence([text('['), gap, most === 0 ? sequence([]) : least === 0 ? optional(items) : items, text(']')]);
}
