import { disposeTree, expectIntegers, GenaiError, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { slice, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { TokenModel } from './token-model.js';

/** Neighbouring elements that were measured together: −log p of all of them, in nats, and how many they are. */
export type MeasuredPiece = { readonly nats: number; readonly count: number };

/** What {@link streamNll} measures, and how. */
export interface StreamNllOptions {
  /** The text is cut into this many streams that are read side by side; 1 unless given, which is exact and slow. */
  readonly rows?: number;
  /** Tokens of each stream that are read at once; 256 unless given. It changes the memory needed, not the result. */
  readonly length?: number;
  /** Is told of each piece of each stream, as long as `length`: neighbours depend on each other, so a bootstrap resamples pieces. */
  readonly onPiece?: (piece: MeasuredPiece) => void;
  /** Stops the measurement. */
  readonly signal?: AbortSignal;
}

/**
 * −log p per token of one long text, in nats, its state carried from beginning to end: e to this power is the perplexity.
 *
 * The first token of each stream is only given. With more rows the text is read faster, and each stream begins without a past;
 * tokens that are left over by the division, fewer than `rows`, are not read.
 *
 * @example
 * const nats = await streamNll(characters, params, encode(text), { rows: 16 });
 * @throws GenaiError if an option is no integer of at least 1 or the text has fewer than two tokens a row; the reason of `signal`.
 */
export async function streamNll<P, S extends Tree<Tensor>>(
  model: TokenModel<P, S>,
  params: P,
  tokens: ArrayLike<number>,
  { rows = 1, length = 256, onPiece, signal }: StreamNllOptions = {},
): Promise<number> {
  expectIntegers('streamNll', { rows, length });
  const each = Math.floor(tokens.length / rows);
  if (each < 2) {
    throw new GenaiError(
      `streamNll: ${tokens.length} tokens make no ${rows} streams of at least two. Pass a longer text or fewer rows.`,
    );
  }
  let total = 0;
  let state = scope(() => ({ at: model.start(params, rows) })).at;
  try {
    for (let from = 0; from < each - 1; from += length) {
      signal?.throwIfAborted();
      const taken = Math.min(length, each - 1 - from);
      const made = scope(() => {
        const piece = Int32Array.from(
          { length: rows * (taken + 1) },
          (_, i) => tokens[Math.floor(i / (taken + 1)) * each + from + (i % (taken + 1))]!,
        );
        const all = tensor2d(piece, [rows, taken + 1], 'int32');
        const { next, state: after } = model.run(params, slice(all, [0, 0], [rows, taken]), state);
        return { sums: sum(next.logProb(slice(all, [0, 1], [rows, taken])), 1), after }; // (rows)
      });
      disposeTree(state);
      state = made.after;
      for (const logs of await made.sums.data().finally(() => made.sums.dispose())) {
        total -= logs;
        onPiece?.({ nats: -logs, count: taken });
      }
    }
  } finally {
    disposeTree(state);
  }
  return total / (rows * (each - 1));
}
