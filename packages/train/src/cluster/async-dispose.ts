/** Older browsers lack it, and compilers of `await using` then look for this one. */
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? /* @__PURE__ */ Symbol.for('Symbol.asyncDispose');
