import type { TokenModel } from '@genai/autoregressive';
import { GenaiError, type Key, split } from '@genai/core';
import { categorical } from '@genai/distributions';
import { type EmbeddingParams, embedding, type ProjectionParams, projection, truncatedNormal } from '@genai/nn';
import { dropElements, expectShape, type KeyValueCache, scope, softCap } from '@genai/tensor';
import {
  add,
  clone,
  concat,
  expandDims,
  fill,
  matMul,
  minimum,
  mul,
  range,
  reshape,
  scalar,
  slice,
  sub,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import { type BlockParams, block } from './model/block.js';
import { type NormLayerParams, normLayer } from './model/norm-layer.js';
import { recomputedBlock } from './recompute/recomputed-block.js';
import { fullConfig, type TransformerConfig } from './transformer-config.js';

/** The parameters of a {@link transformer}. */
export type TransformerParams = {
  readonly embedding: EmbeddingParams;
  /** The learnt positions: a table (context, width). */
  readonly positions?: EmbeddingParams;
  readonly blocks: readonly BlockParams[];
  /** The norm behind the last block. */
  readonly norm?: NormLayerParams;
  /** The last layer, unless it is tied to the embedding. */
  readonly head?: ProjectionParams;
};

/**
 * What a {@link transformer} carries from token to token: keys and values of each block. Without `behind` they are just those of the
 * tokens behind, and grow; with it they have room for more (see `reserve`), and it counts the tokens of each row.
 */
export type TransformerState = { readonly blocks: readonly KeyValueCache[]; readonly behind?: Tensor };

/** A {@link TokenModel} with the config it is made of. */
export interface Transformer extends TokenModel<TransformerParams, TransformerState> {
  readonly config: TransformerConfig;
}

/** How a {@link transformer} computes, whatever it is. */
export interface TransformerOptions {
  /**
   * In training a gradient keeps only what goes into each block, and computes what lies between once more: memory for one block and the
   * inputs of all, instead of for all blocks, for about a third more time. Default `false`.
   */
  readonly recompute?: boolean;
}

/**
 * A decoder-only transformer: for each token the distribution of the one that follows.
 *
 * @example
 * const model = transformer(gpt2({ vocabulary: 65, width: 128, layers: 4, heads: 4, context: 64 }));
 * const step = minimize(nll(model), chain(clipByGlobalNorm(1), adamW(1e-3, { weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 })));
 * for await (const token of generate(model, params, { prompt, steps: 40, key: key(1) })) write(decode([token]));
 * @throws GenaiError if a number of the config is out of range or they do not fit together; when used, if tokens are not (batch, time),
 * or (batch) in a step, of int32, or more positions are used than the context has.
 * @source Radford et al. 2019, "Language models are unsupervised multitask learners", section 2.3; Touvron et al. 2023, "LLaMA",
 * section 2.2.
 */
export function transformer(config: TransformerConfig, { recompute = false }: TransformerOptions = {}): Transformer {
  const full = fullConfig(config);
  const { vocabulary, width, layers, context, positions, tied, placement, dropout, keyHeads, headWidth } = full;
  const { embeddingScale, logitCap, beginToken, endToken } = full;
  const small = truncatedNormal(0.02);
  const initializers = { into: small, out: truncatedNormal(0.02 / Math.sqrt(2 * layers)) };
  const table = embedding(vocabulary, width, { initializer: small });
  const places = positions.kind === 'learned' ? embedding(context, width, { initializer: small }) : undefined;
  const blocks = Array.from({ length: layers }, (_, layer) => {
    const made = block(full, layer, initializers);
    return recompute ? recomputedBlock(made) : made;
  });
  const norm = placement === 'post' ? undefined : normLayer(full);
  const head = projection(width, { head: vocabulary }, { bias: false, initializer: small });

  /** (batch, time) tokens → (batch, time, width). */
  const embedded = (
    params: TransformerParams,
    tokens: Tensor,
    { blocks, behind }: TransformerState,
    key?: Key,
  ): Tensor => {
    const [batch, time] = tokens.shape as [number, number];
    const vectors = table.apply(params.embedding, tokens);
    const scaled = embeddingScale === 1 ? vectors : mul(vectors, embeddingScale);
    const dropped = (x: Tensor): Tensor => (key && dropout > 0 ? dropElements(x, key, dropout) : x);
    if (!places || !params.positions) return dropped(scaled);
    if (!behind) {
      const earlier = blocks[0]!.keys.shape[1]!;
      const rows = slice(params.positions.table, [earlier, 0], [time, width]); // (time, width)
      return dropped(add(scaled, reshape(rows, [1, time, width])));
    }
    const indices = add(reshape(behind, [batch, 1]), range(0, time, 1, 'int32')); // (batch, time)
    const known = minimum(indices, scalar(context - 1, 'int32')); // rows that have ended may be moved along beyond
    return dropped(add(scaled, places.apply(params.positions, known)));
  };

  /** Through all blocks: (batch, time) tokens → (batch, time, width), and the state after them. */
  const through = (params: TransformerParams, tokens: Tensor, state: TransformerState, key?: Key): Through => {
    const [forEmbedding, ...forBlocks] = key ? split(key, layers + 1) : [];
    const { behind } = state;
    const time = tokens.shape[1]!;
    expectRoom(state, time, context);
    let x = embedded(params, tokens, state, forEmbedding);
    const after = blocks.map(({ apply }, i) => {
      const cache = state.blocks[i]!;
      const made = apply(params.blocks[i]!, x, behind ? { cache, behind } : { cache }, forBlocks[i]);
      x = made.output;
      return made.cache;
    });
    return { x, state: behind ? { blocks: after, behind: add(behind, scalar(time, 'int32')) } : { blocks: after } };
  };

  /** (…, width) → (…, vocabulary) */
  const logitsOf = (params: TransformerParams, x: Tensor): Tensor => {
    const normed = norm && params.norm ? norm.apply(params.norm, x) : x;
    const logits = params.head ? head.apply(params.head, normed) : byTable(params.embedding.table, normed);
    return logitCap ? softCap(logits, logitCap) : logits;
  };

  return {
    config,
    vocabulary,
    longest: context,
    elementShape: [],
    ...(beginToken !== undefined && { beginToken, begin: (batch: number) => fill([batch], beginToken, 'int32') }),
    ...(endToken !== undefined && { endToken }),
    init: (key) => {
      const [forTable, forPlaces, forHead, ...forBlocks] = split(key, layers + 3) as [Key, Key, Key, ...Key[]];
      return scope(() => ({
        embedding: table.init(forTable),
        ...(places && { positions: places.init(forPlaces) }),
        blocks: blocks.map(({ init }, i) => init(forBlocks[i]!)),
        ...(norm && { norm: norm.init(forHead) }),
        ...(!tied && { head: head.init(forHead) }),
      }));
    },
    start: (_params, batch) => {
      const none = (): Tensor => zeros([batch, 0, keyHeads * headWidth]);
      return { blocks: blocks.map(() => ({ keys: none(), values: none() })) };
    },
    rewind: ({ blocks, behind }, count) => {
      if (!behind)
        throw new GenaiError('transformer: a state can be rewound only if it has room. Use what `reserve` gave.');
      return { blocks, behind: sub(behind, scalar(count, 'int32')) };
    },
    reserve: (state, room) => scope(() => reserved(state, Math.min(room, context))),
    run: (params, tokens, state, key) => {
      expectTokens(tokens, ['batch', 'time']);
      const made = scope(() => {
        const { x, state: after } = through(params, tokens, state, key);
        return { logits: logitsOf(params, x), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    runToLast: (params, tokens, state) => {
      expectTokens(tokens, ['batch', 'time']);
      const made = scope(() => {
        const { x, state: after } = through(params, tokens, state);
        const [batch, time] = tokens.shape as [number, number];
        const last = reshape(slice(x, [0, time - 1, 0], [batch, 1, width]), [batch, width]);
        return { logits: logitsOf(params, last), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    step: (params, token, state) => {
      expectTokens(token, ['batch']);
      const made = scope(() => {
        const { x, state: after } = through(params, expandDims(token, 1), state);
        return { logits: logitsOf(params, reshape(x, [token.shape[0]!, width])), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
  };
}

type Through = { readonly x: Tensor; readonly state: TransformerState };

/** x · tableᵀ: (…, width) → (…, vocabulary) */
function byTable(table: Tensor, x: Tensor): Tensor {
  const [vocabulary, width] = table.shape as [number, number];
  const rows = matMul(reshape(x, [-1, width]), table, false, true);
  return reshape(rows, [...x.shape.slice(0, -1), vocabulary]);
}

/** The state with room for `room` positions of each row. What it has room for already stays. */
function reserved({ blocks, behind }: TransformerState, room: number): TransformerState {
  const has = blocks[0]!.keys.shape[1]!;
  const batch = blocks[0]!.keys.shape[0]!;
  const more = behind && has >= room ? 0 : Math.max(0, room - has);
  const wider = (x: Tensor): Tensor => (more ? concat([x, zeros([batch, more, x.shape[2]!])], 1) : clone(x));
  return {
    blocks: blocks.map(({ keys, values }) => ({ keys: wider(keys), values: wider(values) })),
    behind: behind ? clone(behind) : fill([batch], has, 'int32'),
  };
}

/** What can be seen without reading a tensor: a state with room is checked by who reserves it. */
function expectRoom({ blocks, behind }: TransformerState, time: number, context: number): void {
  const earlier = behind ? 0 : blocks[0]!.keys.shape[1]!;
  if (earlier + time <= context) return;
  throw new GenaiError(
    `transformer: ${earlier + time} positions are more than the context of ${context}. Pass fewer tokens, or make a model of a longer context.`,
  );
}

function expectTokens(tokens: Tensor, shape: readonly string[]): void {
  expectShape('transformer', tokens, shape);
  if (tokens.dtype !== 'int32') {
    throw new GenaiError(
      `transformer: got tokens of dtype ${tokens.dtype}, expected int32. Use cast(tokens, 'int32').`,
    );
  }
}
