import type { Layer, Tree } from '@genai/core';
import type { Categorical } from '@genai/distributions';
import type { DenseParams, EmbeddingParams } from '@genai/nn';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceNet } from './sequence-net.js';

/**
 * A {@link SequenceModel} of tokens, int32 numbers from 0 to `vocabulary` − 1: what decoding, constraints and chat take, whatever
 * the net. `next.logits` is (batch, time, vocabulary) in a run, (batch, vocabulary) in a step.
 */
export interface TokenModel<P, S, C = void> extends SequenceModel<P, S, Categorical, C> {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** The token that stands before the first one, if the model has one; `begin` then repeats it. */
  readonly beginToken?: number;
  /** The token that ends a sequence, if the model has one. */
  readonly endToken?: number;
}

/** The parameters of {@link tokenModel}. `head` is that of the last layer; with tied weights it has only the bias. */
export type TokenModelParams<N, E = Tree<Tensor>> = {
  readonly embedding: EmbeddingParams;
  readonly net: N;
  readonly head: DenseParams | { readonly bias: Tensor };
  readonly context: E;
};

/** The state of {@link tokenModel}: that of its net, and the embedded context, (batch, width), if there is one. */
export type TokenModelState<S> = { readonly net: S; readonly context?: Tensor };

export interface TokenModelParts<N, S> {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** From embedded tokens to what the logits are made of. Its `inputs` is the width of the embedding. */
  readonly net: SequenceNet<N, S>;
  /** Uses the embedding's table, transposed, as the last layer too; the net's `inputs` and `outputs` must be equal. */
  readonly tied?: boolean;
  /** Share of the embedding's and of the net's outputs that is dropped in training. Default 0. */
  readonly dropout?: number;
  readonly beginToken?: number;
  readonly endToken?: number;
}

export interface ConditionalTokenModelParts<N, S, E> extends TokenModelParts<N, S> {
  /** From the context, one row for each sequence, to (batch, width of the embedding): added to every embedded token. */
  readonly context: Layer<Tensor, E>;
  /** Share of the rows whose context is forgotten in training, so that one model is conditional and not. Default 0. */
  readonly forget?: number;
}
