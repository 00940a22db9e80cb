/** A built-in module of Node, or undefined elsewhere; bundlers for browsers see no import to stumble over. */
export function nodeBuiltin<T>(name: string): T | undefined {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => T | undefined } };
  return process?.getBuiltinModule?.(name);
}

/** True in Node and what behaves like it, false in browsers and their workers. */
export function isNode(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: unknown } } };
  return typeof process?.versions?.node === 'string';
}
