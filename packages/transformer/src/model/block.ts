import { type Key, split } from '@genai/core';
import { type KeyValueCache, scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import { type CrossAttentionParams, crossAttention } from '../cross/cross-attention.js';
import type { Remembered } from '../cross/memory.js';
import type { FullConfig } from '../transformer-config.js';
import {
  type Attend,
  type AttentionLayerParams,
  attentionLayer,
  type BlockInitializers,
  type Past,
} from './attention-layer.js';
import { type ExpertParams, expertLayer } from './expert-layer.js';
import { type FeedForwardParams, feedForward } from './feed-forward.js';
import { type NormLayerParams, normLayer } from './norm-layer.js';

/** The norms before and after a part, as the placement has them. */
export type PartNorms = { readonly before?: NormLayerParams; readonly after?: NormLayerParams };

/** The parameters of a block. */
export type BlockParams = {
  readonly attention: AttentionLayerParams;
  readonly attentionNorms: PartNorms;
  /** Attention to a memory, and its norms, in a block that has one. */
  readonly cross?: CrossAttentionParams;
  readonly crossNorms?: PartNorms;
  readonly feedForward: FeedForwardParams | ExpertParams;
  readonly feedForwardNorms: PartNorms;
};

/** What a block is given beside its input: what is behind, and what its cross-attention attends to. */
export interface BlockPast extends Past {
  readonly memory?: Remembered | undefined;
}

/** What a block gives: (batch, time, width), the cache to go on with, and of experts the router's logits, (batch, time, count). */
export type BlockOutput = { readonly output: Tensor; readonly cache: KeyValueCache; readonly router?: Tensor };

/** A block: attention, attention to a memory if it has one, then a feed-forward layer, each with a way around it. */
export interface Block {
  readonly init: (key: Key) => BlockParams;
  /** (batch, time, width) → same. With a `key`, dropout acts. */
  readonly apply: (params: BlockParams, x: Tensor, past: BlockPast, key?: Key) => BlockOutput;
  /** The keys and values of a memory, in a block that attends to one. */
  readonly remember?: (params: BlockParams, memory: Tensor) => KeyValueCache;
}

/** What a block is made of where it is not that of a plain decoder. */
export interface BlockParts {
  /** How its self-attention attends. Default: causally, with what is behind. */
  readonly attend?: Attend;
  /** The width of a memory that it attends to as well. Default: there is none. */
  readonly memoryWidth?: number | undefined;
}

/** Block `layer` of a net. */
export function block(
  config: FullConfig,
  layer: number,
  initializers: BlockInitializers,
  { attend, memoryWidth }: BlockParts = {},
): Block {
  const attention = attentionLayer(config, layer, initializers, attend);
  const cross = memoryWidth ? crossAttention(config, memoryWidth, initializers) : undefined;
  const forward = forwardOf(config, initializers);
  const norm = normLayer(config);
  const norms = (key: Key): PartNorms => ({
    ...(config.placement !== 'post' && { before: norm.init(key) }),
    ...(config.placement !== 'pre' && { after: norm.init(key) }),
  });
  const before = ({ before }: PartNorms, x: Tensor): Tensor => (before ? norm.apply(before, x) : x);
  /** x + y, with the norm behind y (`both`) or behind the sum (`post`). */
  const joined = ({ after }: PartNorms, x: Tensor, y: Tensor): Tensor => {
    if (!after) return add(x, y);
    return config.placement === 'post' ? norm.apply(after, add(x, y)) : add(x, norm.apply(after, y));
  };
  /** x with what the memory adds to it. */
  const recalled = (params: BlockParams, x: Tensor, memory: Remembered | undefined, key?: Key): Tensor => {
    if (!cross || !params.cross || !params.crossNorms || !memory) return x;
    const y = cross.apply(params.cross, before(params.crossNorms, x), memory, key);
    return joined(params.crossNorms, x, y);
  };
  return {
    init: (key) => {
      const [forAttention, forForward, forNorms, forCross] = split(key, 4);
      return scope(() => ({
        attention: attention.init(forAttention),
        attentionNorms: norms(forNorms),
        ...(cross && { cross: cross.init(forCross), crossNorms: norms(forNorms) }),
        feedForward: forward.init(forForward),
        feedForwardNorms: norms(forNorms),
      }));
    },
    ...(cross && { remember: (params, memory) => cross.remember(params.cross!, memory) }),
    apply: (params, x, past, key) => {
      const [forAttention, forForward, forCross] = key ? split(key, 3) : [];
      return scope(() => {
        const { attentionNorms, feedForwardNorms } = params;
        const { output, cache } = attention.apply(params.attention, before(attentionNorms, x), past, forAttention);
        const y = recalled(params, joined(attentionNorms, x, output), past.memory, forCross);
        const made = forward.routed(params.feedForward, before(feedForwardNorms, y), forForward);
        return {
          output: joined(feedForwardNorms, y, made.output),
          cache,
          ...(made.router && { router: made.router }),
        };
      });
    },
  };
}

type ForwardParams = FeedForwardParams | ExpertParams;

/** A feed-forward layer, plain or of experts, whose router speaks. */
interface Forward {
  readonly init: (key: Key) => ForwardParams;
  readonly routed: (
    params: ForwardParams,
    x: Tensor,
    key?: Key,
  ) => { readonly output: Tensor; readonly router?: Tensor };
}

function forwardOf(config: FullConfig, initializers: BlockInitializers): Forward {
  if (config.experts) return expertLayer(config, config.experts, initializers) as Forward;
  const plain = feedForward(config, initializers);
  return { init: plain.init, routed: (params, x, key) => ({ output: plain.apply(params, x, key) }) };
}
