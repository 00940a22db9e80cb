import { fold, type Key, randomIntegers, split } from '@genai/core';
import { dense, type EmbeddingParams, embedding, layerNorm, multiHeadAttention } from '@genai/nn';
import { gelu, scope, softmaxCrossEntropy } from '@genai/tensor';
import { adamW, alone, averaged, chain, clipByGlobalNorm } from '@genai/train';
import { add, matMul, mean, reshape, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { initLayers, normalInit, type ParamsOf } from '../init-layers.js';
import { type Data, descent, type Workload, workload } from '../workload.js';

export interface GptSizes {
  readonly blocks: number;
  readonly heads: number;
  readonly width: number;
  readonly context: number;
}

/** Tokens and those that follow them, (batch, context) each. */
type Text = { readonly x: Tensor; readonly y: Tensor };

const VOCABULARY = 65;

/**
 * A language model of nanoGPT's shape: norms first, exact GELU, no biases in the linear maps, logits from the embedding;
 * AdamW 1e-3 (0.9, 0.99), decay 0.1 for matrices, gradients clipped at 1. Windows are drawn anew for every step.
 */
export function gpt(sizes: GptSizes, about: Pick<Workload, 'name' | 'params' | 'batch' | 'warmup'>): Workload {
  const { context } = sizes;
  const net = languageModel(sizes);
  return workload({
    ...about,
    setup: ({ batch, key, ranks = alone() }) =>
      descent(
        {
          init: net.init,
          loss: (params: ReturnType<typeof net.init>, { x, y }: Text) =>
            scope(() => ({ loss: mean(softmaxCrossEntropy(net.apply(params, x), y)) })),
        },
        chain(
          averaged(ranks),
          clipByGlobalNorm(1),
          adamW(1e-3, { b1: 0.9, b2: 0.99, weightDecay: 0.1, decays: (_, leaf) => leaf.rank > 1 }),
        ),
        windows(key, batch, context),
      ),
  });
}

function languageModel({ blocks, heads, width, context }: GptSizes) {
  const initializer = normalInit(0.02);
  const plain = { bias: false, initializer } as const;
  const block = {
    norm1: layerNorm(width),
    attention: multiHeadAttention(width, { heads, causal: true, ...plain }),
    norm2: layerNorm(width),
    widen: dense(width, 4 * width, plain),
    narrow: dense(4 * width, width, plain),
  };
  const applyBlock = (params: ParamsOf<typeof block>, x: Tensor): Tensor => {
    // A scope frees what no gradient needs.
    return scope(() => {
      const mixed = add(x, block.attention.apply(params.attention, block.norm1.apply(params.norm1, x)));
      const hidden = gelu(block.widen.apply(params.widen, block.norm2.apply(params.norm2, mixed)));
      return add(mixed, block.narrow.apply(params.narrow, hidden)); // (batch, context, width)
    });
  };
  const tokens = embedding(VOCABULARY, width, { initializer });
  const places = embedding(context, width, { initializer });
  const norm = layerNorm(width);
  type Params = {
    readonly tokens: EmbeddingParams;
    readonly places: EmbeddingParams;
    readonly blocks: readonly ParamsOf<typeof block>[];
    readonly norm: ReturnType<typeof norm.init>;
  };
  return {
    init: (key: Key): Params => {
      const [first, second, third] = split(key, 3);
      return scope(() => ({
        tokens: tokens.init(first),
        places: places.init(second),
        blocks: split(third, blocks).map((key) => initLayers(block, key)),
        norm: norm.init(third),
      }));
    },
    /** (batch, context) of int32 to logits (batch, context, vocabulary). */
    apply: (params: Params, x: Tensor): Tensor => {
      const embedded = add(tokens.apply(params.tokens, x), params.places.table); // (batch, context, width)
      const y = params.blocks.reduce((y, params) => applyBlock(params, y), embedded);
      const rows = reshape(norm.apply(params.norm, y), [x.size, width]);
      return reshape(matMul(rows, params.tokens.table, false, true), [...x.shape, VOCABULARY]);
    },
  };
}

/** Random windows of a random text. */
function windows(key: Key, batch: number, context: number): Data<Text> {
  const [forText, forStarts] = split(key);
  const text = randomIntegers(forText, 50_000, { min: 0, max: VOCABULARY });
  let last: Text | undefined;
  const dispose = (): void => {
    last?.x.dispose();
    last?.y.dispose();
    last = undefined;
  };
  return {
    batch: (i) => {
      dispose();
      const starts = randomIntegers(fold(forStarts, i), batch, { min: 0, max: text.length - context - 1 });
      const from = (offset: number): Tensor => {
        const values = new Int32Array(batch * context);
        starts.forEach((start, row) => {
          values.set(text.subarray(start + offset, start + offset + context), row * context);
        });
        return tensor2d(values, [batch, context], 'int32');
      };
      last = { x: from(0), y: from(1) };
      return last;
    },
    dispose,
  };
}
