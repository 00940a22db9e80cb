import { type Key, leaves, mapLeaves, split, type Tree } from '@genai/core';
import { normalNoise } from '@genai/tensor';
import { add, mul, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** All vectors of so many features with values 0 … levels − 1: (levels^features, features), the last feature the quickest. */
export function everyVector(features: number, levels = 2): Tensor {
  const vectors = Array.from({ length: levels ** features }, (_, n) =>
    Array.from({ length: features }, (_, i) => Math.floor(n / levels ** (features - 1 - i)) % levels),
  );
  return tensor2d(vectors);
}

/** The parameters moved by noise, so that no bias is 0 and no probability near ½. */
export function moved<P extends Tree<Tensor>>(params: P, key: Key, size = 0.7): P {
  const keys = split(key, leaves<Tensor>(params).length);
  let i = 0;
  return mapLeaves<Tensor, P>(params, (leaf) => add(leaf, mul(normalNoise(keys[i++]!, leaf.shape), size)));
}

/** Expects each of the `vectors` to be drawn as often as its probability says, within four standard errors, and no other. */
export function expectRates(drawn: Tensor, vectors: Tensor, probabilities: ArrayLike<number>): void {
  const seen = new Map<string, number>();
  const rows = drawn.arraySync() as number[][];
  for (const row of rows) seen.set(String(row), (seen.get(String(row)) ?? 0) + 1);
  for (const [i, vector] of (vectors.arraySync() as number[][]).entries()) {
    const expected = rows.length * probabilities[i]!;
    const allowed = 4 * Math.sqrt(expected) + 3;
    expect(Math.abs((seen.get(String(vector)) ?? 0) - expected), `draws of ${vector}`).toBeLessThan(allowed);
    seen.delete(String(vector));
  }
  expect([...seen.keys()], 'draws of nothing that can be').toEqual([]);
}

export function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
