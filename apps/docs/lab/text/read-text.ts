import type { TokenModel } from '@genai/autoregressive';
import type { Tree } from '@genai/core';
import { owned, scope } from '@genai/tensor';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { likeliest, type Piece } from './piece.js';

/**
 * Reads a text as the model does, from left to right: what each token surprises it by, in bits, and what it expected there.
 * The first of the tokens is only given, and has no piece.
 */
export async function readText<P, S extends Tree<Tensor>>(
  model: TokenModel<P, S>,
  params: P,
  tokens: Int32Array,
  spell: (token: number) => string,
): Promise<Piece[]> {
  if (tokens.length < 2) return [];
  const time = tokens.length - 1;
  using read = owned(
    scope(() => {
      const given = tensor2d(tokens.subarray(0, time), [1, time], 'int32'); // (1, time)
      const { logits } = model.run(params, given, model.start(params, 1)).next;
      return { logits }; // (1, time, vocabulary)
    }),
  );
  const logits = (await read.logits.data()) as Float32Array;
  return Array.from({ length: time }, (_, i) => {
    const row = logits.subarray(i * model.vocabulary, (i + 1) * model.vocabulary);
    const token = tokens[i + 1]!;
    return { text: spell(token), bits: bitsOf(row, token), choices: likeliest(row, spell) };
  });
}

/** −log₂ softmax(logits)[token] */
function bitsOf(logits: Float32Array, token: number): number {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - most), 0);
  return (most + Math.log(total) - logits[token]!) / Math.LN2;
}
