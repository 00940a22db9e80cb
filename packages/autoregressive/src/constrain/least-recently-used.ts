/** A function that remembers its last `size` results by the keys of their arguments. */
export function leastRecentlyUsed<A, R>(
  size: number,
  key: (argument: A) => string | number,
  compute: (argument: A) => R,
): (argument: A) => R {
  const kept = new Map<string | number, R>(); // in the order of use
  return (argument) => {
    const name = key(argument);
    let result = kept.get(name);
    if (result === undefined) {
      result = compute(argument);
      if (kept.size >= size) kept.delete(kept.keys().next().value!);
    } else {
      kept.delete(name);
    }
    kept.set(name, result);
    return result;
  };
}
