import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import { type Tensor, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { DatasetBatches } from '../batches.js';
import { expectInteger } from '../expect.js';
import { loader } from '../loader.js';

/** A piece of each stream: `elements` (rows, length + 1) int32; `fresh` (rows) float32, 1 where the stream begins anew, else 0. */
export type StreamPiece = { readonly elements: Tensor; readonly fresh: Tensor };

export interface StreamsOptions {
  /** How many streams are read side by side. */
  readonly rows: number;
  /** How many tokens of each are predicted in a batch. */
  readonly length: number;
  /** How often to go through the text. Without end unless given. */
  readonly epochs?: number;
}

/**
 * A long text for truncated back-propagation through time: it is cut into `rows` streams of equal length, and each batch takes every stream
 * `length` tokens further, so that a model carries its state from batch to batch and forgets it where `fresh` says so.
 *
 * Batch i of an epoch holds the tokens i·length to i·length + length of each stream: the last is only predicted, and is the first of
 * the next. What is left at the end of the streams, fewer than `length` tokens, is not used.
 *
 * @example
 * const data = streams(tokenizer.encode(text), { rows: 32, length: 64 }); // elements (32, 65), fresh (32)
 * @throws GenaiError if the text is too short for one batch.
 * @source Williams and Peng 1990, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories".
 */
export function streams(
  tokens: Int32Array | Uint16Array | Uint8Array,
  { rows, length, epochs = Number.POSITIVE_INFINITY }: StreamsOptions,
): DatasetBatches<StreamPiece> {
  expectInteger('streams', 'rows', rows, 1);
  expectInteger('streams', 'length', length, 1);
  if (epochs !== Number.POSITIVE_INFINITY) expectInteger('streams', 'epochs', epochs, 0);
  const stride = Math.floor((tokens.length - 1) / rows); // a stream's last token, only predicted, is the first of the next stream
  const perEpoch = Math.floor(stride / length);
  if (perEpoch < 1) {
    throw new GenaiError(
      `streams: ${tokens.length} tokens are too few for ${rows} streams of ${length}, expected at least ${rows * length + 1}. Pass a longer text, fewer rows or a smaller length.`,
    );
  }
  const read = (piece: number): StreamPiece => {
    const elements = new Int32Array(rows * (length + 1));
    for (let row = 0; row < rows; row++) {
      const start = row * stride + piece * length;
      elements.set(tokens.subarray(start, start + length + 1), row * (length + 1));
    }
    return scope(() => ({
      elements: tensor2d(elements, [rows, length + 1], 'int32'), //        (rows, length + 1)
      fresh: tensor1d(new Float32Array(rows).fill(piece === 0 ? 1 : 0)), // (rows)
    }));
  };
  const batches = loader(async function* (cursor) {
    for (let number = cursor; number < perEpoch * epochs; number++) yield read(number % perEpoch);
  });
  return { ...batches, perEpoch };
}
