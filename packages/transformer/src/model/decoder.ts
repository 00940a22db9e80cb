import type { Successor, TokenModel } from '@genai/autoregressive';
import { GenaiError, type Key, split } from '@genai/core';
import { type Categorical, categorical } from '@genai/distributions';
import {
  type EmbeddingParams,
  type ProjectionParams,
  projection,
  type QuantisedParams,
  truncatedNormal,
} from '@genai/nn';
import { expectShape, type KeyValueCache, scope, softCap } from '@genai/tensor';
import { cast, expandDims, fill, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Memory } from '../cross/memory.js';
import { placesWithin } from '../packed/places-within.js';
import { byTable } from '../quantised/quantised-table.js';
import { fullConfig, type TransformerConfig } from '../transformer-config.js';
import type { BlockParams } from './block.js';
import { blockStack } from './block-stack.js';
import {
  expectRoom,
  type MemoryState,
  moved,
  positionsBehind,
  reserved,
  rewound,
  type TransformerState,
} from './decoder-state.js';
import { inputLayer } from './input-layer.js';
import { type NormLayerParams, normLayer } from './norm-layer.js';

/** The parameters of a transformer. */
export type TransformerParams = {
  /** A table (vocabulary, width), or a quantised one. */
  readonly embedding: EmbeddingParams | QuantisedParams;
  /** The learnt positions: a table (context, width). */
  readonly positions?: EmbeddingParams;
  readonly blocks: readonly BlockParams[];
  /** The norm behind the last block. */
  readonly norm?: NormLayerParams;
  /** The last layer, unless it is tied to the embedding. */
  readonly head?: ProjectionParams;
};

/** What a {@link decoder} is beside its config. */
export interface DecoderParts {
  readonly recompute?: boolean | undefined;
  /** The width of a memory that its blocks attend to. Default: there is none. */
  readonly memoryWidth?: number | undefined;
}

/** What all decoders have in common; its context is a memory, which one without `memoryWidth` does not look at. */
export interface Decoder extends TokenModel<TransformerParams, TransformerState, Memory | undefined> {
  /** The state after vectors (batch, time, width) in place of embedded tokens, as they stand. With a `key`, dropout acts. */
  readonly afterVectors: (
    params: TransformerParams,
    vectors: Tensor,
    state: TransformerState,
    key?: Key,
  ) => TransformerState;
  /** A run, and what the routers of its experts said: logits (batch, time, count) of each block, none without experts. */
  readonly runRouted: (
    params: TransformerParams,
    tokens: Tensor,
    state: TransformerState,
    key?: Key,
  ) => Successor<TransformerState, Categorical> & { readonly routers: readonly Tensor[] };
  /**
   * A run from the beginning of rows that hold several documents: neighbours of another number in `segments`, (batch, time) of int32, are
   * of another document, which sees itself alone and whose positions begin anew. What comes is as if each stood in a row of its own.
   */
  readonly runPacked: (
    params: TransformerParams,
    tokens: Tensor,
    segments: Tensor,
    key?: Key,
  ) => { readonly next: Categorical; readonly routers: readonly Tensor[] };
}

/** A decoder of a config: `transformer`, `conditionalTransformer` and `prefixed` are this one. */
export function decoder(config: TransformerConfig, { recompute = false, memoryWidth }: DecoderParts): Decoder {
  const full = fullConfig(config);
  const { vocabulary, width, layers, context, tied, placement, keyHeads, headWidth } = full;
  const { logitCap, beginToken, endToken } = full;
  const columns = keyHeads * headWidth;
  const input = inputLayer(full);
  const blocks = blockStack(full, { recompute, memoryWidth });
  const norm = placement === 'post' ? undefined : normLayer(full);
  const head = projection(width, { head: vocabulary }, { bias: false, initializer: truncatedNormal(0.02) });

  /** Through all blocks: (batch, time, width) → same, and the state after them. */
  const through = (
    params: TransformerParams,
    vectors: Tensor,
    state: TransformerState,
    key?: Key,
    places?: Tensor,
  ): Through => {
    const [forInput, ...forBlocks] = key ? split(key, layers + 1) : [];
    const { behind, memory } = state;
    const time = vectors.shape[1]!;
    expectRoom(state, time, context);
    let x = input.placed(params.positions, vectors, places ?? positionsBehind(state), forInput);
    const reach = places && cast(places, 'float32'); // exact below 2²⁴
    const made = blocks.map(({ apply }, i) => {
      const cache = state.blocks[i]!;
      const beside = memory && { ...memory.blocks[i]!, ...(memory.mask && { mask: memory.mask }) };
      const past = { cache, ...(behind && { behind }), memory: beside, reach };
      const one = apply(params.blocks[i]!, x, past, forBlocks[i]);
      x = one.output;
      return one;
    });
    const caches = made.map(({ cache }) => cache);
    return { x, state: moved(state, caches, time), routers: made.flatMap(({ router }) => router ?? []) };
  };
  const ofTokens = (params: TransformerParams, tokens: Tensor, state: TransformerState, key?: Key): Through =>
    through(params, input.embedded(params.embedding, tokens), state, key);

  /** (…, width) → (…, vocabulary) */
  const logitsOf = (params: TransformerParams, x: Tensor): Tensor => {
    const normed = norm && params.norm ? norm.apply(params.norm, x) : x;
    const logits = params.head ? head.apply(params.head, normed) : byTable(params.embedding, normed);
    return logitCap ? softCap(logits, logitCap) : logits;
  };
  const emptyState = (batch: number): TransformerState => {
    const none = (): Tensor => zeros([batch, 0, columns]);
    return { blocks: blocks.map((): KeyValueCache => ({ keys: none(), values: none() })) };
  };
  const remembered = (params: TransformerParams, { memory, mask }: Memory): MemoryState => ({
    blocks: blocks.map(({ remember }, i) => remember!(params.blocks[i]!, memory)),
    ...(mask && { mask }),
  });

  return {
    vocabulary,
    longest: context,
    elementShape: [],
    ...(beginToken !== undefined && { beginToken, begin: (batch: number) => fill([batch], beginToken, 'int32') }),
    ...(endToken !== undefined && { endToken }),
    init: (key) => {
      const [forTable, forPlaces, forHead, ...forBlocks] = split(key, layers + 3) as [Key, Key, Key, ...Key[]];
      return scope(() => ({
        embedding: input.initTable(forTable),
        ...(input.initPlaces && { positions: input.initPlaces(forPlaces) }),
        blocks: blocks.map(({ init }, i) => init(forBlocks[i]!)),
        ...(norm && { norm: norm.init(forHead) }),
        ...(!tied && { head: head.init(forHead) }),
      }));
    },
    start: (params, batch, memory) =>
      scope(() => ({
        ...emptyState(batch),
        ...(memory && memoryWidth && { memory: remembered(params, memory) }),
      })),
    rewind: rewound,
    reserve: (state, room) => reserved(state, Math.min(room, context)),
    run: (params, tokens, state, key) => {
      expectTokens(tokens, ['batch', 'time']);
      const made = scope(() => {
        const { x, state: after } = ofTokens(params, tokens, state, key);
        return { logits: logitsOf(params, x), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    runRouted: (params, tokens, state, key) => {
      expectTokens(tokens, ['batch', 'time']);
      const made = scope(() => {
        const { x, ...after } = ofTokens(params, tokens, state, key);
        return { logits: logitsOf(params, x), ...after };
      });
      return { next: categorical(made.logits), state: made.state, routers: made.routers };
    },
    runPacked: (params, tokens, segments, key) => {
      expectTokens(tokens, ['batch', 'time']);
      const [batch] = expectShape('transformer: segments', segments, tokens.shape);
      const made = scope(() => {
        const vectors = input.embedded(params.embedding, tokens);
        const { x, routers } = through(params, vectors, emptyState(batch!), key, placesWithin(segments));
        return { logits: logitsOf(params, x), routers };
      });
      return { next: categorical(made.logits), routers: made.routers };
    },
    runToLast: (params, tokens, state) => {
      expectTokens(tokens, ['batch', 'time']);
      const made = scope(() => {
        const { x, state: after } = ofTokens(params, tokens, state);
        const [batch, time] = tokens.shape as [number, number];
        const last = reshape(slice(x, [0, time - 1, 0], [batch, 1, width]), [batch, width]);
        return { logits: logitsOf(params, last), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    step: (params, token, state) => {
      expectTokens(token, ['batch']);
      const made = scope(() => {
        const { x, state: after } = ofTokens(params, expandDims(token, 1), state);
        return { logits: logitsOf(params, reshape(x, [token.shape[0]!, width])), state: after };
      });
      return { next: categorical(made.logits), state: made.state };
    },
    afterVectors: (params, vectors, state, key) => {
      expectShape('transformer: vectors', vectors, ['batch', 'time', width]);
      return scope(() => through(params, vectors, state, key).state);
    },
  };
}

type Through = { readonly x: Tensor; readonly state: TransformerState; readonly routers: readonly Tensor[] };

/** @throws GenaiError unless they are of this shape and of int32. */
export function expectTokens(tokens: Tensor, shape: readonly string[], where = 'transformer'): void {
  expectShape(where, tokens, shape);
  if (tokens.dtype !== 'int32') {
    throw new GenaiError(`${where}: got tokens of dtype ${tokens.dtype}, expected int32. Use cast(tokens, 'int32').`);
  }
}
