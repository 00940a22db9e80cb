/**
 * Makes an object an `AsyncDisposable` whose end is `dispose`.
 *
 * Not by a method: a class with a computed name stands in every bundle, whether it is used there or not.
 */
export function disposedBy(object: object, dispose: () => Promise<void>): void {
  Object.defineProperty(object, asyncDispose(), { value: dispose });
}

/** Older browsers lack it, and compilers of `await using` then look for the other. */
export function asyncDispose(): typeof Symbol.asyncDispose {
  return Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');
}
