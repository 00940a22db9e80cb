import type { JsonSchema } from '@genai/autoregressive';

/**
 * A schema as the AI SDK sends it, of draft 7 and often made by Zod, in the words of 2020-12 that `jsonSchema` knows: the same values are
 * valid. Positional `items` become `prefixItems`; `propertyNames` that are any text, and the `format` beside a `pattern`, which only
 * names it, go.
 *
 * @source JSON Schema draft 7, "Validation", sections 6.4.1, 6.5.8 and 7.2; 2020-12, "Core", section 10.3.1.
 */
export function draftSeven(schema: unknown): JsonSchema {
  if (!isRecord(schema)) return schema as boolean;
  const { items, additionalItems, propertyNames, format, ...others } = schema;
  const isList = Array.isArray(items);
  const isAnyText =
    isRecord(propertyNames) && Object.keys(propertyNames).length === 1 && propertyNames.type === 'string';
  const rest = isList ? additionalItems : items;
  return {
    ...Object.fromEntries(Object.entries(others).map(([keyword, value]) => [keyword, within(keyword, value)])),
    ...(isList && { prefixItems: items.map(draftSeven) }),
    ...(rest !== undefined && { items: draftSeven(rest) }),
    ...(propertyNames !== undefined && !isAnyText && { propertyNames }),
    ...(format !== undefined && others.pattern === undefined && { format }),
  };
}

/** What stands at a keyword: schemas by name, a list of schemas, one, or a value that is left as it is. */
function within(keyword: string, value: unknown): unknown {
  if (BY_NAME.includes(keyword) && isRecord(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, draftSeven(schema)]));
  }
  if (LISTS.includes(keyword) && Array.isArray(value)) return value.map(draftSeven);
  return keyword === 'additionalProperties' ? draftSeven(value) : value;
}

function isRecord(value: unknown): value is { readonly [keyword: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const BY_NAME = ['properties', 'definitions', '$defs'];
const LISTS = ['anyOf', 'oneOf', 'allOf', 'prefixItems'];
