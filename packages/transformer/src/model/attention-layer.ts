import { type Key, split } from '@genai/core';
import { type Initializer, type ProjectionParams, projection, type RmsNormParams, rmsNorm } from '@genai/nn';
import {
  cachedAttention,
  dropElements,
  type GroupedAttentionOptions,
  groupedAttention,
  type KeyValueCache,
  rotary,
  scope,
} from '@genai/tensor';
import { concat, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { alibiSlopes } from '../positions/alibi-slopes.js';
import { rotaryFrequencies } from '../positions/rotary-frequencies.js';
import type { FullConfig, Positions } from '../transformer-config.js';

/** `qkv`: parts `query`, `key`, `value`; the norms are of one head. */
export type AttentionLayerParams = {
  readonly qkv: ProjectionParams;
  readonly output: ProjectionParams;
  readonly queryNorm?: RmsNormParams;
  readonly keyNorm?: RmsNormParams;
};

/** What is behind a layer's input. */
export interface Past {
  readonly cache: KeyValueCache;
  /** (batch) of int32: how many positions of each row are behind, in a cache with room for more; without it the cache is full. */
  readonly behind?: Tensor;
  /** (batch, time): not 0 where a position may be seen, in attention that is not causal; all unless given. */
  readonly mask?: Tensor | undefined;
  /** (batch, time): how many positions before it each may see, where nothing is behind; all unless given. */
  readonly reach?: Tensor | undefined;
}

/** What attention gives: (batch, time, heads · headWidth), and the cache to go on with. */
export type Attended = { readonly output: Tensor; readonly cache: KeyValueCache };

/** How queries, keys and values side by side, (batch, time, (heads + 2 · keyHeads) · headWidth), attend. */
export type Attend = (qkv: Tensor, past: Past, options: GroupedAttentionOptions) => Attended;

/** Self-attention of block `layer`, with what is behind it. */
export interface AttentionLayer {
  readonly init: (key: Key) => AttentionLayerParams;
  /** (batch, time, width) → same, and the cache to go on with. With a `key`, dropout acts. */
  readonly apply: (params: AttentionLayerParams, x: Tensor, past: Past, key?: Key) => Attended;
}

/** Initializers of the maps into a block's parts and out of them. */
export type BlockInitializers = { readonly into: Initializer; readonly out: Initializer };

export function attentionLayer(
  config: FullConfig,
  layer: number,
  { into, out }: BlockInitializers,
  attend: Attend = causal,
): AttentionLayer {
  const { width, heads, keyHeads, headWidth, biases, positions, queryKeyNorm, epsilon, dropout } = config;
  const parts = { query: heads * headWidth, key: keyHeads * headWidth, value: keyHeads * headWidth };
  const qkv = projection(width, parts, { bias: biases.qkv, initializer: into });
  const output = projection(heads * headWidth, { output: width }, { bias: biases.output, initializer: out });
  const headNorm = rmsNorm(headWidth, { epsilon });
  const turning =
    positions.kind === 'rotary' && rotaryFrequencies(ofBlock(positions, config.windows[layer]), headWidth);
  const options: GroupedAttentionOptions = {
    heads,
    keyHeads,
    ...(config.scoreScale !== 1 / Math.sqrt(headWidth) && { scale: config.scoreScale }),
    window: config.windows[layer],
    scoreCap: config.scoreCap,
    slopes: positions.kind === 'alibi' ? alibiSlopes(heads) : undefined,
  };

  /** Queries and keys normed head by head, (batch, time, (heads + 2 · keyHeads) · headWidth). */
  const normed = ({ queryNorm, keyNorm }: AttentionLayerParams, projected: Tensor): Tensor => {
    if (!queryNorm || !keyNorm) return projected;
    const [batch, time] = projected.shape as [number, number];
    const part = (from: number, count: number): Tensor =>
      reshape(slice(projected, [0, 0, from * headWidth], [batch, time, count * headWidth]), [
        batch,
        time,
        count,
        headWidth,
      ]);
    const flat = (x: Tensor): Tensor => reshape(x, [batch, time, -1]);
    const q = flat(headNorm.apply(queryNorm, part(0, heads)));
    const k = flat(headNorm.apply(keyNorm, part(heads, keyHeads)));
    return concat([q, k, flat(part(heads + keyHeads, keyHeads))], 2);
  };
  const turned = (x: Tensor, behind: Tensor | number): Tensor => {
    if (!turning || positions.kind !== 'rotary') return x;
    const { frequencies, factor } = turning;
    const { interleaved = false } = positions;
    return rotary(x, { width: headWidth, heads: heads + keyHeads, frequencies, factor, interleaved, behind });
  };

  return {
    init: (key) => {
      const [forQkv, forOutput] = split(key);
      return scope(() => ({
        qkv: qkv.init(forQkv),
        output: output.init(forOutput),
        ...(queryKeyNorm && { queryNorm: headNorm.init(key), keyNorm: headNorm.init(key) }),
      }));
    },
    apply: (params, x, past, key) => {
      const [forInto, forOut, forDrop] = key ? split(key, 3) : [];
      return scope(() => {
        const behind = past.behind ?? past.cache.keys.shape[1]!;
        const made = attend(turned(normed(params, qkv.apply(params.qkv, x, forInto)), behind), past, options);
        const y = output.apply(params.output, made.output, forOut);
        return { output: forDrop && dropout > 0 ? dropElements(y, forDrop, dropout) : y, cache: made.cache };
      });
    },
  };
}

/** Attention to what is behind and to itself: into a cache with room, or to one without, which grows by what is new. */
const causal: Attend = (qkv, { cache, behind, reach }, options) => {
  if (behind) return cachedAttention(qkv, cache, behind, options);
  const past = cache.keys.shape[1]! > 0 ? cache : undefined;
  const { keys, values } = keysAndValues(qkv, options);
  return {
    output: groupedAttention(qkv, { ...options, past, reach }),
    cache: past ? { keys: concat([past.keys, keys], 1), values: concat([past.values, values], 1) } : { keys, values },
  };
};

/** The keys and values of a projection, each (batch, time, keyHeads · headWidth). */
export function keysAndValues(qkv: Tensor, { heads, keyHeads = heads }: GroupedAttentionOptions): KeyValueCache {
  const [batch, time, columns] = qkv.shape as [number, number, number];
  const headWidth = columns / (heads + 2 * keyHeads);
  const part = (from: number): Tensor => slice(qkv, [0, 0, from * headWidth], [batch, time, keyHeads * headWidth]);
  return { keys: part(heads), values: part(heads + keyHeads) };
}

type Rotary = Extract<Positions, { kind: 'rotary' }>;

/** The positions of a block: those with a window may have a base of their own. */
function ofBlock(positions: Rotary, window: number | undefined): Rotary {
  const { windowBase, scaling, ...rest } = positions;
  return window === undefined || windowBase === undefined ? positions : { ...rest, base: windowBase };
}
