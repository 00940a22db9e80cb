import { expectIntegers, GenaiError, type Key, key, randomIntegers, randomPermutation, split } from '@genai/core';

/** Which unit of a masked net sees which feature: an order of the features and, for each hidden unit, how far it looks. */
export interface MaskSet {
  /** The place of each feature in the order in which they are made: each of 0 … features − 1 once. */
  readonly order: readonly number[];
  /** For each hidden layer the degree of each unit: it sees the features whose place is below. */
  readonly degrees: readonly (readonly number[])[];
}

export interface DrawMasksOptions {
  readonly features: number;
  /** Units of the hidden layers. */
  readonly hidden: readonly number[];
  /** The place of each feature; drawn, uniform over all orders, unless given. */
  readonly order?: readonly number[];
}

/**
 * A random {@link MaskSet}: degrees uniform from the least of the layer below, 1 for the first, to features − 1.
 *
 * @example
 * const natural = drawMasks(key(0), { features: 3, hidden: [64], order: [0, 1, 2] });
 * @throws GenaiError if a size is not an integer of at least 1, or `order` does not hold each of 0 … features − 1 once.
 * @source Germain et al. 2015, "MADE: Masked autoencoder for distribution estimation", sections 3 and 4, algorithm 1.
 */
export function drawMasks(key: Key, { features, hidden, order }: DrawMasksOptions): MaskSet {
  expectIntegers('drawMasks', { features, ...named('hidden', hidden) });
  const [forOrder, ...forLayers] = split(key, 1 + hidden.length) as [Key, ...Key[]];
  const most = Math.max(1, features - 1); // of one feature there is nothing to see
  let least = 1;
  const degrees = hidden.map((units, layer) => {
    const drawn = [...randomIntegers(forLayers[layer]!, units, { min: least, max: most + 1 })];
    least = drawn.reduce((a, b) => Math.min(a, b), most); // else a unit could see none below it
    return drawn;
  });
  const set = { order: order ?? [...randomPermutation(forOrder, features)], degrees };
  expectMasks('drawMasks', set, { features, hidden });
  return set;
}

/**
 * The sets that `orders` asks for: that many random ones, or without it one in the natural order.
 *
 * @throws GenaiError unless `orders` is an integer of at least 1.
 */
export function masksOf(
  where: string,
  { features, hidden }: DrawMasksOptions,
  orders: number | undefined,
  seed: Key = key(0),
): readonly MaskSet[] {
  if (orders === undefined) {
    return [drawMasks(seed, { features, hidden, order: Array.from({ length: features }, (_, i) => i) })];
  }
  expectIntegers(where, { orders });
  return split(seed, orders).map((own) => drawMasks(own, { features, hidden }));
}

/** @throws GenaiError, that names the place, if a set does not fit the sizes. */
export function expectMasks(where: string, { order, degrees }: MaskSet, { features, hidden }: DrawMasksOptions): void {
  if (order.length !== features || new Set(order).size !== features || order.some((place) => !(place in order))) {
    throw new GenaiError(
      `${where}: order must hold each of 0 to ${features - 1} once, the place of each feature, got [${order.join(', ')}].`,
    );
  }
  if (String(degrees.map((layer) => layer.length)) !== String(hidden)) {
    throw new GenaiError(
      `${where}: degrees are of layers of [${degrees.map((layer) => layer.length).join(', ')}] units, ` +
        `expected [${hidden.join(', ')}]: one degree for each hidden unit.`,
    );
  }
  for (const [i, layer] of degrees.entries()) expectIntegers(where, named(`degrees[${i}]`, layer), 0);
}

function named(name: string, values: readonly number[]): { readonly [name: string]: number } {
  return Object.fromEntries(values.map((value, i) => [`${name}[${i}]`, value]));
}
