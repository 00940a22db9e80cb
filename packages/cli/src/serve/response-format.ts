import type { JsonSchema } from '@genai/autoregressive';
import type { BudgetedConstraint } from './constraints-of.js';
import type { RequestFields } from './request-fields.js';
import type { ServedModel } from './served-model.js';

/** The constraint that `response_format` asks for. @throws RequestError if it is unknown, or a schema is not supported. */
export function responseFormat(fields: RequestFields, { constraints }: ServedModel): BudgetedConstraint | undefined {
  const format = fields.record('response_format');
  if (!format) return undefined;
  const type = format.oneOf('type', TYPES);
  if (type === undefined) throw format.wrong('type', `one of ${TYPES.join(', ')}`);
  const schema = type === 'json_schema' ? schemaIn(format) : type === 'json_object' ? { type: 'object' } : undefined;
  format.expectNoOthers();
  return (
    schema && constraints(schema, type === 'json_schema' ? 'response_format.json_schema.schema' : 'response_format')
  );
}

function schemaIn(format: RequestFields): Exclude<JsonSchema, boolean> {
  const named = format.record('json_schema');
  if (!named) throw format.wrong('json_schema', 'an object with a "schema"');
  named.ignore('name', 'description', 'strict'); // what is drawn is valid in any case
  const schema = named.value('schema');
  if (typeof schema !== 'object' || Array.isArray(schema)) throw named.wrong('schema', 'an object, a JSON Schema');
  named.expectNoOthers();
  return schema as Exclude<JsonSchema, boolean>;
}

const TYPES = ['text', 'json_object', 'json_schema'] as const;
