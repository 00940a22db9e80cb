/** `base` with the fields of `changes`; records in it are merged likewise, anything else is replaced. */
export function merged(base: object, changes: object): { readonly [name: string]: unknown } {
  const result: { [name: string]: unknown } = { ...base };
  for (const [name, value] of Object.entries(changes)) {
    const before = result[name];
    result[name] = isRecord(before) && isRecord(value) ? merged(before, value) : value;
  }
  return result;
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
