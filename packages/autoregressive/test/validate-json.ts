type Schema = boolean | { readonly [keyword: string]: unknown };

/** Whether a value is valid by a schema, keyword by keyword as the specification has it: knows nothing of grammars. */
export function validates(value: unknown, schema: Schema, whole: Schema = schema): boolean {
  if (typeof schema === 'boolean') return schema;
  return Object.entries(schema).every(
    ([keyword, argument]) => KEYWORDS[keyword]?.(value, argument as never, schema, whole) ?? true,
  );
}

type Check = (
  value: unknown,
  argument: never,
  schema: { readonly [keyword: string]: unknown },
  whole: Schema,
) => boolean;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The type of a value, or that it is one of `integer`, which is a number too. */
const isType = (value: unknown, type: string): boolean => {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  return type === 'object' ? isObject(value) : typeof value === type;
};

const KEYWORDS: { readonly [keyword: string]: Check } = {
  type: (value, types: string | string[]) => [types].flat().some((type) => isType(value, type)),
  const: (value, wanted) => JSON.stringify(value) === JSON.stringify(wanted),
  enum: (value, wanted: unknown[]) => wanted.some((one) => JSON.stringify(one) === JSON.stringify(value)),
  anyOf: (value, options: Schema[], _, whole) => options.some((option) => validates(value, option, whole)),
  allOf: (value, options: Schema[], _, whole) => options.every((option) => validates(value, option, whole)),
  oneOf: (value, options: Schema[], _, whole) =>
    options.filter((option) => validates(value, option, whole)).length === 1,
  $ref: (value, reference: string, _, whole) => {
    const at = reference
      .split('/')
      .slice(1)
      .reduce<unknown>((from, name) => (from as Record<string, unknown>)[name], whole);
    return validates(value, at as Schema, whole);
  },
  minLength: (value, least: number) => typeof value !== 'string' || Array.from(value).length >= least,
  maxLength: (value, most: number) => typeof value !== 'string' || Array.from(value).length <= most,
  pattern: (value, pattern: string) => typeof value !== 'string' || new RegExp(pattern, 'u').test(value),
  format: (value, format: string) => typeof value !== 'string' || FORMATS[format]!(value),
  minimum: (value, least: number) => typeof value !== 'number' || value >= least,
  maximum: (value, most: number) => typeof value !== 'number' || value <= most,
  exclusiveMinimum: (value, least: number) => typeof value !== 'number' || value > least,
  exclusiveMaximum: (value, most: number) => typeof value !== 'number' || value < most,
  multipleOf: (value, step: number) =>
    typeof value !== 'number' ||
    Math.abs(value / step - Math.round(value / step)) <= 1e-9 * Math.max(1, Math.abs(value / step)),
  minItems: (value, least: number) => !Array.isArray(value) || value.length >= least,
  maxItems: (value, most: number) => !Array.isArray(value) || value.length <= most,
  prefixItems: (value, items: Schema[], _, whole) =>
    !Array.isArray(value) || value.every((one, i) => i >= items.length || validates(one, items[i]!, whole)),
  items: (value, item: Schema, { prefixItems = [] }, whole) =>
    !Array.isArray(value) || value.every((one, i) => i < (prefixItems as []).length || validates(one, item, whole)),
  properties: (value, properties: Record<string, Schema>, _, whole) =>
    !isObject(value) ||
    Object.entries(properties).every(
      ([name, one]) => !Object.hasOwn(value, name) || validates(value[name], one, whole),
    ),
  required: (value, names: string[]) => !isObject(value) || names.every((name) => Object.hasOwn(value, name)),
  additionalProperties: (value, others: Schema, { properties = {} }, whole) =>
    !isObject(value) ||
    Object.entries(value).every(
      ([name, one]) => Object.hasOwn(properties as object, name) || validates(one, others, whole),
    ),
};

/** A date that is none, such as the 30th of February, comes back as another one or as none. */
const isDate = (value: string): boolean => {
  const time = Date.parse(`${value}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === value;
};

const FORMATS: { readonly [format: string]: (value: string) => boolean } = {
  date: isDate,
  time: (value) => !Number.isNaN(Date.parse(`2000-01-01T${value}`)),
  'date-time': (value) => value[10] === 'T' && isDate(value.slice(0, 10)) && !Number.isNaN(Date.parse(value)),
  uuid: (value) =>
    value.length === 36 &&
    value
      .split('-')
      .map((part) => part.length)
      .join() === '8,4,4,4,12',
  email: (value) => /^[^@\s]{1,64}@[^@\s]+\.[^@\s]+$/.test(value) && value.length < 254,
  ipv4: (value) =>
    value.split('.').length === 4 &&
    value.split('.').every((part) => String(Number(part)) === part && Number(part) < 256),
};
