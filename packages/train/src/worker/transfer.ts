const lists: WeakMap<object, readonly ArrayBuffer[]> = /* @__PURE__ */ new WeakMap();

/**
 * Marks what a handler of `serveTraining` answers to be sent without a copy: `buffers` are the worker's no more then.
 *
 * @example
 * const pixels = Float32Array.from(await images.data());
 * return transfer(pixels, [pixels.buffer]);
 */
export function transfer<V extends object>(value: V, buffers: readonly ArrayBuffer[]): V {
  lists.set(value, buffers);
  return value;
}

/** The buffers that `value` was marked with. */
export function transferred(value: unknown): readonly ArrayBuffer[] {
  return (typeof value === 'object' && value !== null && lists.get(value)) || [];
}
