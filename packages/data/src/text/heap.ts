/** Things taken out in order: the first of them, each time. */
export interface Heap<T> {
  readonly push: (item: T) => void;
  /** Takes the first; undefined if there is none. */
  readonly pop: () => T | undefined;
}

/** An empty binary heap; `isBefore` is a strict order. */
export function heap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = []; // the children of i are 2i + 1 and 2i + 2, neither before i
  return {
    push: (item) => {
      let i = items.length;
      while (i > 0) {
        const parent = (i - 1) >> 1;
        if (!isBefore(item, items[parent]!)) break;
        items[i] = items[parent]!;
        i = parent;
      }
      items[i] = item;
    },
    pop: () => {
      const first = items[0];
      const last = items.pop();
      if (last === undefined || items.length === 0) return first;
      let i = 0;
      for (let child = 1; child < items.length; child = 2 * i + 1) {
        if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child++;
        if (!isBefore(items[child]!, last)) break;
        items[i] = items[child]!;
        i = child;
      }
      items[i] = last;
      return first;
    },
  };
}
