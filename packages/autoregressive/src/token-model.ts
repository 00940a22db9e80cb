import { expectIntegers, GenaiError, type Key, type Layer, type NoParams, split, type Tree } from '@genai/core';
import { type Categorical, categorical } from '@genai/distributions';
import {
  type DenseParams,
  dense,
  dropout as dropoutLayer,
  type EmbeddingParams,
  embedding,
  glorotUniform,
} from '@genai/nn';
import { expectShape, gather, scope, uniformNoise } from '@genai/tensor';
import { add, cast, clone, fill, greaterEqual, matMul, mul, reshape, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { SequenceModel, Successor } from './sequence-model.js';
import type { SequenceNet, Stepped } from './sequence-net.js';

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
  /**
   * Parameters with which `step` gives the same, to rounding, in less time: those given, and new tensors beside them, which are the
   * caller's. For whoever takes many steps with them.
   */
  readonly forSteps?: (params: P) => P;
  /** The most tokens a sequence may have, begin token and prompt included, if there is a limit. */
  readonly longest?: number;
  /**
   * The state with room for `room` tokens of each row in all, so that steps need not make room one by one; it may give less, but never
   * less than the state has. The given state is the caller's, and from then on a state is **used up** by the step or run that is given
   * it: what has room may be written into.
   */
  readonly reserve?: (state: S, room: number) => S;
  /** The state as it was `count` tokens before, of one with room from `reserve`; the given state is used up. */
  readonly rewind?: (state: S, count: number) => S;
  /** {@link SequenceModel.run} whose `next` is of the last element alone, of batch (batch): it saves the logits of all the others. */
  readonly runToLast?: (params: P, elements: Tensor, state: S) => Successor<S, Categorical>;
}

/** The parameters of {@link tokenModel}. `head` is that of the last layer; with tied weights it has only the bias. */
export type TokenModelParams<N, E = NoParams> = {
  readonly embedding: EmbeddingParams;
  readonly net: N;
  readonly head: DenseParams | { readonly bias: Tensor };
  readonly context: E;
  /** (vocabulary, …): what the net makes of each token before it looks at its state. `forSteps` adds it, nobody learns it. */
  readonly projected?: Tensor;
};

/** The state of {@link tokenModel}: that of its net, and the embedded context, (batch, width), if there is one. */
export type TokenModelState<S> = { readonly net: S; readonly context?: Tensor };

export interface TokenModelParts<N, S> {
  /** How many tokens there are. */
  readonly vocabulary: number;
  /** From embedded tokens to what the logits are made of. Its `inputs` is the width of the embedding. */
  readonly net: SequenceNet<N, S>;
  /** Uses the embedding's table, transposed, as the last layer too: the net must give as many numbers as it takes. Default `false`. */
  readonly tied?: boolean;
  /** Share of the embedding's and of the net's outputs that is dropped in training. Default 0. */
  readonly dropout?: number;
  /** The token that stands before the first one. */
  readonly beginToken?: number;
  /** The token that ends a sequence. */
  readonly endToken?: number;
}

export interface ConditionalTokenModelParts<N, S, E> extends TokenModelParts<N, S> {
  /** From the context, a row for each sequence, to (batch, width of the embedding): added to every embedded token. */
  readonly context: Layer<Tensor, E>;
  /** Share of the rows whose context is forgotten in training, so that the model also knows p(x) without one. Default 0. */
  readonly forget?: number;
}

/**
 * Tokens embedded, put through a net along time, and turned into logits of the token that follows.
 *
 * @example
 * const characters = tokenModel({ vocabulary: 65, net: stackedNet([recurrentNet(lstm(256, 256)), recurrentNet(lstm(256, 256))]) });
 * const params = characters.init(key(0));
 * for await (const token of generate(characters, params, { prompt, steps: 100, key: key(1) })) write(decode([token]));
 * @throws GenaiError if a size or a token is out of range, or weights cannot be tied; when used, if elements are not
 * (batch, time), or (batch) in a step, int32.
 */
export function tokenModel<N, S extends Tree<Tensor>>(
  parts: TokenModelParts<N, S>,
): TokenModel<TokenModelParams<N>, TokenModelState<S>> {
  const model = withContext<N, S, NoParams>(parts);
  return { ...model, start: (params, batch) => model.start(params, batch, undefined) };
}

/**
 * A {@link tokenModel} of p(x | context): a class by its embedding, or any vector by a layer. Without a context, `undefined`, it is
 * what it learnt where contexts were forgotten: both are needed for guidance.
 *
 * @example
 * const names = conditionalTokenModel({ vocabulary: 27, net, context: embedding(2, 64), forget: 0.1, beginToken: 0, endToken: 0 });
 * const girls = generate(names, params, { context: tensor1d([0], 'int32'), steps: 20, key: key(1) });
 * @throws GenaiError as {@link tokenModel}, and if the context is not one row for each sequence.
 */
export function conditionalTokenModel<N, S extends Tree<Tensor>, E extends Tree<Tensor>>(
  parts: ConditionalTokenModelParts<N, S, E>,
): TokenModel<TokenModelParams<N, E>, TokenModelState<S>, Tensor | undefined> {
  return withContext(parts);
}

function withContext<N, S extends Tree<Tensor>, E>(
  parts: TokenModelParts<N, S> & Partial<ConditionalTokenModelParts<N, S, E>>,
): TokenModel<TokenModelParams<N, E>, TokenModelState<S>, Tensor | undefined> {
  const { vocabulary, net, tied = false, dropout = 0, context: embed, forget = 0, beginToken, endToken } = parts;
  const where = `tokenModel(${vocabulary})`;
  expectParts(where, parts);
  const table = embedding(vocabulary, net.inputs);
  const head = dense(net.outputs, vocabulary, { initializer: glorotUniform });
  const drop = dropoutLayer(dropout);
  type P = TokenModelParams<N, E>;
  type State = TokenModelState<S>;

  /** Tokens (…) to what the net sees, (…, inputs). */
  const inputsOf = ({ embedding }: P, tokens: Tensor, context: Tensor | undefined, key?: Key): Tensor => {
    const vectors = table.apply(embedding, tokens);
    if (!context) return drop.apply({}, vectors, key);
    const beside = vectors.rank === 3 ? reshape(context, [context.shape[0]!, 1, net.inputs]) : context;
    return drop.apply({}, add(vectors, beside), key);
  };
  /** (…, outputs) to (…, vocabulary). */
  const logitsOf = (params: P, output: Tensor, key?: Key): Tensor => {
    const features = drop.apply({}, output, key);
    if (!('weight' in params.head)) {
      const rows = reshape(features, [features.size / net.outputs, net.outputs]);
      const logits = add(matMul(rows, params.embedding.table, false, true), params.head.bias!);
      return reshape(logits, [...features.shape.slice(0, -1), vocabulary]);
    }
    return head.apply(params.head, features);
  };
  const { halves } = net;
  const isFew = vocabulary <= FEW && !embed; // a context is added to what is projected
  const stepped = (params: P, tokens: Tensor, state: State): Stepped<S> =>
    halves && params.projected
      ? halves.advance(params.net, gather(params.projected, tokens), state.net)
      : net.step(params.net, inputsOf(params, tokens, state.context), state.net);
  const carried = (state: S, context: Tensor | undefined): State =>
    context ? { net: state, context: clone(context) } : { net: state };

  return {
    vocabulary,
    elementShape: [],
    ...(beginToken !== undefined && { beginToken, begin: (batch: number) => fill([batch], beginToken, 'int32') }),
    ...(endToken !== undefined && { endToken }),
    ...(halves &&
      isFew && {
        forSteps: (params: P): P => ({ ...params, projected: halves.project(params.net, params.embedding.table) }),
      }),
    init: (key) => {
      const [forTable, forNet, forHead, forContext] = split(key, 4) as [Key, Key, Key, Key];
      return scope(() => ({
        made: {
          embedding: table.init(forTable),
          net: net.init(forNet),
          head: tied ? { bias: zeros([vocabulary]) } : head.init(forHead),
          context: embed?.init(forContext) ?? ({} as E),
        },
      })).made;
    },
    start: (params, batch, context, key) =>
      scope(() => {
        const state = net.start(params.net, batch);
        if (!context || !embed) return { made: { net: state } };
        const made = embed.apply(params.context, context); // (batch, inputs)
        expectShape(`${where}: the embedded context`, made, [batch, net.inputs]);
        if (!key || forget === 0) return { made: { net: state, context: made } };
        const kept = cast(greaterEqual(uniformNoise(key, [batch, 1]), forget), 'float32');
        return { made: { net: state, context: mul(made, kept) } };
      }).made,
    run: (params, elements, state, key) => {
      expectTokens(where, elements, ['batch', 'time']);
      const [before, within, after] = key ? split(key, 3) : [];
      const made = scope(() => {
        const { output, state: next } = net.run(
          params.net,
          inputsOf(params, elements, state.context, before),
          state.net,
          within,
        );
        return { logits: logitsOf(params, output, after), state: carried(next, state.context) };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    step: (params, element, state) => {
      expectTokens(where, element, ['batch']);
      const made = scope(() => {
        const { output, state: next } = stepped(params, element, state);
        return { logits: logitsOf(params, output), state: carried(next, state.context) };
      });
      return { next: categorical(made.logits), state: made.state };
    },
  };
}

/** As many tokens are projected at once in little time and memory: characters and bytes, not words. */
const FEW = 512;

function expectParts<N, S, E>(
  where: string,
  parts: TokenModelParts<N, S> & Partial<ConditionalTokenModelParts<N, S, E>>,
): void {
  const { vocabulary, net, tied, beginToken, endToken, forget = 0 } = parts;
  expectIntegers(where, { vocabulary });
  for (const [name, token] of Object.entries({ beginToken, endToken })) {
    if (token === undefined) continue;
    expectIntegers(where, { [name]: token }, 0);
    if (token >= vocabulary) {
      throw new GenaiError(`${where}: ${name} must be below the vocabulary of ${vocabulary}, got ${token}.`);
    }
  }
  if (tied && net.inputs !== net.outputs) {
    throw new GenaiError(
      `${where}: tied weights need a net that gives as many numbers as it takes, got ${net.inputs} to ${net.outputs}.`,
    );
  }
  if (!(forget >= 0 && forget < 1)) {
    throw new GenaiError(`${where}: forget must be at least 0 and below 1, got ${forget}.`);
  }
}

function expectTokens(where: string, tokens: Tensor, shape: readonly string[]): void {
  expectShape(where, tokens, shape);
  if (tokens.dtype !== 'int32') {
    throw new GenaiError(`${where}: got tokens of dtype ${tokens.dtype}, expected int32. Use cast(tokens, 'int32').`);
  }
}
