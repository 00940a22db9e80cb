import { GenaiError } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { expectShape } from '../expect-shape.js';

/** How heads share keys and how far a query sees: what {@link groupedAttention} and {@link cachedAttention} have in common. */
export type GroupedAttentionOptions = {
  /** Heads of the queries. */
  readonly heads: number;
  /** Heads of the keys and values, each shared by heads / keyHeads neighbouring queries. Default: as many as `heads`. */
  readonly keyHeads?: number;
  /** What q kᵀ is multiplied by. Default 1 / √width. */
  readonly scale?: number;
  /** A query sees itself and at most so many positions less one before it. Default: all of them. */
  readonly window?: number | undefined;
  /** Scores s become cap · tanh(s / cap). Default: as they are. */
  readonly scoreCap?: number | undefined;
  /** For each head, what is taken from a score for each position between query and key (ALiBi). Default: nothing. */
  readonly slopes?: ArrayLike<number> | undefined;
};

/** The sizes of (batch, time, (heads + 2 · keyHeads) · width), first all queries, then all keys, then all values. */
export type GroupedSizes = {
  readonly batch: number;
  readonly time: number;
  readonly heads: number;
  readonly keyHeads: number;
  readonly width: number;
};

/** @throws GenaiError if the last axis cannot be parted so, or a number is out of range. */
export function groupedSizes(where: string, qkv: Tensor, options: GroupedAttentionOptions): GroupedSizes {
  const columns = '(heads + 2 · keyHeads) · width';
  const [batch, time, all] = expectShape(`${where}: qkv`, qkv, ['batch', 'time', columns]) as [number, number, number];
  const { heads, keyHeads = heads, window, scoreCap, slopes } = options;
  const width = all / (heads + 2 * keyHeads);
  if (!Number.isInteger(width) || !(heads >= 1) || heads % keyHeads !== 0) {
    throw new GenaiError(
      `${where}: ${all} columns cannot be parted into ${heads} heads of queries and 2 times ${keyHeads} of keys and values.`,
    );
  }
  if (window !== undefined && !(Number.isInteger(window) && window >= 1)) {
    throw new GenaiError(`${where}: window must be an integer of at least 1, got ${window}.`);
  }
  if (scoreCap !== undefined && !(scoreCap > 0)) {
    throw new GenaiError(`${where}: scoreCap must be above 0, got ${scoreCap}.`);
  }
  if (slopes && slopes.length !== heads) {
    throw new GenaiError(`${where}: got ${slopes.length} slopes, expected one for each of ${heads} heads.`);
  }
  return { batch, time, heads, keyHeads, width };
}
