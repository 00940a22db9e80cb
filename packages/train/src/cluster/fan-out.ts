import type { Collective } from './collective.js';

/**
 * `f` of every item, each computed by one rank (item i by rank i modulo `size`), gathered on rank 0 in the order of the
 * items; on the other ranks undefined. For samples to draw and examples to score.
 *
 * @example
 * const keys = split(key(0), 64);
 * const images = await fanOut(keys, async (k) => (await draw(k).data()) as Float32Array, ranks);
 * @throws CollectiveError, and on its own rank whatever `f` throws: let it end the program.
 */
export async function fanOut<T>(
  items: readonly T[],
  f: (item: T, index: number) => Float32Array | Promise<Float32Array>,
  ranks: Collective,
): Promise<readonly Float32Array[] | undefined> {
  const { rank, size } = ranks;
  const made: Float32Array[] = [];
  for (let i = rank; i < items.length; i += size) made.push(await f(items[i]!, i));
  // Rounds of one item for each rank: rank 0 holds the results, and never all of another rank besides.
  const all: Float32Array[] = [];
  for (let round = 0; round * size < items.length; round++) {
    all.push(...(ranks.gather(made[round] ?? new Float32Array(0)) ?? []));
  }
  return rank === 0 ? all.slice(0, items.length) : undefined;
}
