import { GenaiError } from '@genai/core';

/** Lines, or what belongs to each, one after the other. */
export type Lines<T = string> = Iterable<T> | AsyncIterable<T>;

/**
 * Reads several streams line by line.
 *
 * @throws GenaiError unless all have as many lines, at least one.
 */
export async function* together<T extends { readonly [name: string]: unknown }>(
  where: string,
  streams: { readonly [name in keyof T]: Lines<T[name]> },
): AsyncGenerator<T> {
  const readers = Object.entries<Lines<unknown>>(streams).map(([name, lines]) => ({
    name,
    reader: Symbol.asyncIterator in lines ? lines[Symbol.asyncIterator]() : lines[Symbol.iterator](),
  }));
  try {
    for (let count = 0; ; count++) {
      const row: { [name: string]: unknown } = {};
      const ended: string[] = [];
      for (const { name, reader } of readers) {
        const next = await reader.next();
        if (next.done) ended.push(name);
        else row[name] = next.value;
      }
      if (ended.length === readers.length) {
        if (count > 0) return;
        throw new GenaiError(`${where}: got no lines, expected at least one of each: ${ended.join(', ')}.`);
      }
      if (ended.length > 0) {
        throw new GenaiError(
          `${where}: ${ended.join(', ')} ended after ${count} lines, ${Object.keys(row).join(', ')} did not. Pass as many lines of each.`,
        );
      }
      yield row as T;
    }
  } finally {
    for (const { reader } of readers) await reader.return?.();
  }
}
