import {
  pointwise,
  type TokenModel,
  type TokenModelParams,
  type TokenModelState,
  tokenModel,
} from '@genai/autoregressive';
import type { NoParams } from '@genai/core';
import { clone, eye, tensor2d } from '@tensorflow/tfjs-core';

export type BigramParams = TokenModelParams<NoParams>;
export type Bigram = TokenModel<BigramParams, TokenModelState<NoParams>>;

/** A token depends on the one before: what it is embedded as are the logits of the next. */
export function bigram(
  vocabulary: number,
  tokens: { readonly beginToken?: number; readonly endToken?: number } = {},
): Bigram {
  const net = pointwise<NoParams>(
    { init: () => ({}), apply: (_, x) => clone(x) },
    { inputs: vocabulary, outputs: vocabulary },
  );
  return tokenModel({ vocabulary, net, ...tokens });
}

/** What learns a text best, in closed form: log of how often a token follows another, a millionth more for what never does. */
export function learnt(vocabulary: number, text: ArrayLike<number>): BigramParams {
  const counts = new Float32Array(vocabulary ** 2).fill(1e-6);
  for (let i = 1; i < text.length; i++) counts[text[i - 1]! * vocabulary + text[i]!]! += 1;
  const table = tensor2d(counts.map(Math.log), [vocabulary, vocabulary]);
  return { embedding: { table }, net: {}, head: { weight: eye(vocabulary) }, context: {} };
}
