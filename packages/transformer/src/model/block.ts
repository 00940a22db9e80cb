import { type Key, type Layer, split } from '@genai/core';
import { type KeyValueCache, scope } from '@genai/tensor';
import { add, type Tensor } from '@tensorflow/tfjs-core';
import type { FullConfig } from '../transformer-config.js';
import { type AttentionLayerParams, attentionLayer, type BlockInitializers, type Past } from './attention-layer.js';
import { type ExpertParams, expertLayer } from './expert-layer.js';
import { type FeedForwardParams, feedForward } from './feed-forward.js';
import { type NormLayerParams, normLayer } from './norm-layer.js';

/** The norms before and after a part, as the placement has them. */
export type PartNorms = { readonly before?: NormLayerParams; readonly after?: NormLayerParams };

/** The parameters of a block. */
export type BlockParams = {
  readonly attention: AttentionLayerParams;
  readonly attentionNorms: PartNorms;
  readonly feedForward: FeedForwardParams | ExpertParams;
  readonly feedForwardNorms: PartNorms;
};

/** A block of a decoder: attention, then a feed-forward layer, each with a way around it. */
export interface Block {
  readonly init: (key: Key) => BlockParams;
  /** (batch, time, width) → same, and the cache to go on with. With a `key`, dropout acts. */
  readonly apply: (
    params: BlockParams,
    x: Tensor,
    past: Past,
    key?: Key,
  ) => { readonly output: Tensor; readonly cache: KeyValueCache };
}

/** Block `layer` of a decoder. */
export function block(config: FullConfig, layer: number, initializers: BlockInitializers): Block {
  const attention = attentionLayer(config, layer, initializers);
  const forward = (
    config.experts ? expertLayer(config, config.experts, initializers) : feedForward(config, initializers)
  ) as Layer<Tensor, FeedForwardParams | ExpertParams>;
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
  return {
    init: (key) => {
      const [forAttention, forForward, forNorms] = split(key, 3) as [Key, Key, Key];
      return scope(() => ({
        attention: attention.init(forAttention),
        attentionNorms: norms(forNorms),
        feedForward: forward.init(forForward),
        feedForwardNorms: norms(forNorms),
      }));
    },
    apply: (params, x, past, key) => {
      const [forAttention, forForward] = key ? split(key) : [];
      return scope(() => {
        const { attentionNorms, feedForwardNorms } = params;
        const { output, cache } = attention.apply(params.attention, before(attentionNorms, x), past, forAttention);
        const y = joined(attentionNorms, x, output);
        const z = forward.apply(params.feedForward, before(feedForwardNorms, y), forForward);
        return { output: joined(feedForwardNorms, y, z), cache };
      });
    },
  };
}
