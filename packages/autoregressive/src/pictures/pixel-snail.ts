import { expectIntegers, mapLeaves, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { concatElu, elu, gatedSigmoid, scope } from '@genai/tensor';
import { add, clone, concat, reshape, slice, type Tensor, tensor, tile, zeros } from '@tensorflow/tfjs-core';
import { type CausalConv2dParams, causalConv2d } from './causal-conv2d.js';
import { expectContext, expectKernel, expectPixels } from './expect-pixels.js';
import { type PixelAttentionParams, type PixelMemory, pixelAttention } from './pixel-attention.js';
import type { PixelNet, Place } from './pixel-net.js';
import { passed, pushed, type RowCache } from './row-cache.js';

export interface PixelSnailOptions {
  /** Channels of a picture; 3 unless given. */
  readonly channels?: number;
  /** Numbers that it gives for a pixel, such as `mixturePixels({ mixtures: 10, channels: 3 }).outputs`. */
  readonly outputs: number;
  /** Channels between the layers. Default 64. */
  readonly width?: number;
  /** How many blocks, each of which ends with attention. Default 4. */
  readonly blocks?: number;
  /** How many gated convolutions in front of each attention. Default 2. */
  readonly layers?: number;
  /** Height and width of the filters, odd. Default 3. */
  readonly kernel?: number;
  /** Heads of each attention. Default 1. */
  readonly heads?: number;
  /** Features of a key and of a value of one head. Default 16. */
  readonly features?: number;
  /** Width of the context, a linear map of which is added behind each convolution; 0, none, unless given. */
  readonly context?: number;
}

/** The parameters of {@link pixelSnail}. */
export type PixelSnailParams = {
  readonly first: CausalConv2dParams;
  readonly blocks: readonly {
    readonly convs: readonly CausalConv2dParams[];
    readonly attention: PixelAttentionParams;
  }[];
  readonly last: DenseParams;
};

/** The state of {@link pixelSnail}: what the convolutions keep, the first first, what is attended to in each block, and the context. */
export type PixelSnailState = {
  readonly caches: readonly RowCache[];
  /** One for each block; none before the first pixel. */
  readonly memories: readonly PixelMemory[];
  readonly context?: Tensor;
};

/**
 * A net after PixelSNAIL: gated masked convolutions for what is near, and between them attention to every pixel before:
 * (batch, height, width, channels) → (batch, height, width, outputs).
 *
 * A step attends to keys and values that were kept, so a draw takes time ∝ pixels², each of them few numbers.
 *
 * @example
 * const emission = mixturePixels({ mixtures: 10, channels: 3 });
 * const net = pixelSnail({ channels: 3, outputs: emission.outputs });
 * const pictures = pixelModel({ net, emission, height: 32, width: 32 });
 * @throws GenaiError if a size is not an integer of at least 1 or the kernel not odd; when used, if pictures or context do not fit.
 * @source Chen et al. 2018, "PixelSNAIL: an improved autoregressive generative model", section 3.
 */
export function pixelSnail(options: PixelSnailOptions): PixelNet<PixelSnailParams, PixelSnailState> {
  const { channels = 3, outputs, width = 64, blocks = 4, layers = 2, kernel = 3, context: contextWidth = 0 } = options;
  const { heads = 1, features = 16 } = options;
  expectIntegers('pixelSnail', { channels, outputs, width, blocks, layers, heads, features });
  expectIntegers('pixelSnail', { context: contextWidth }, 0);
  expectKernel('pixelSnail', kernel);
  const common = { kernel, context: contextWidth, initializer: glorotUniform };
  const first = causalConv2d({ ...common, inputs: channels, outputs: width, self: false });
  const conv = causalConv2d({ ...common, inputs: 2 * width, outputs: 2 * width, self: true });
  const attention = pixelAttention({ width, beside: channels + 2, heads, features });
  const last = dense(width, outputs, { initializer: glorotUniform });
  const sizes = { channels, context: contextWidth };
  const convsOf = (params: PixelSnailParams): CausalConv2dParams[] => params.blocks.flatMap(({ convs }) => convs);
  const ending = (params: PixelSnailParams, x: Tensor): Tensor => last.apply(params.last, elu(x));

  return {
    ...sizes,
    outputs,
    init: (key) => {
      const [a, b, c] = split(key, 3);
      return scope(() => ({
        first: first.init(a),
        blocks: split(b, blocks).map((key) => {
          const [i, j] = split(key);
          return { convs: split(i, layers).map((key) => conv.init(key)), attention: attention.init(j) };
        }),
        last: last.init(c),
      }));
    },
    run: (params, x, context) =>
      scope(() => {
        expectPixels('pixelSnail', sizes, x, context);
        const [batch, height, columns] = x.shape as [number, number, number];
        const places = Array.from({ length: height * columns }, (_, t) => ({
          row: Math.floor(t / columns),
          column: t % columns,
        }));
        const beside = besideOf(pixelsBefore(x), places);
        let y = first.run(params.first, x, context); // (batch, height, columns, width)
        for (const block of params.blocks) {
          // A scope frees what no gradient needs.
          y = scope(() => {
            const seen = block.convs.reduce(
              (y, each) => add(y, gatedSigmoid(conv.run(each, concatElu(y), context))),
              y,
            );
            const flat = reshape(seen, [batch, height * columns, width]);
            return reshape(attention.apply(block.attention, flat, beside).output, seen.shape);
          });
        }
        return ending(params, y);
      }),
    start: (params, { batch, width: columns }, context) =>
      scope(() => {
        expectContext('pixelSnail', contextWidth, batch, context);
        const caches = [
          first.start(params.first, batch, columns, context),
          ...convsOf(params).map((each) => conv.start(each, batch, columns, context)),
        ];
        return { caches, memories: [], ...(context && { context: clone(context) }) };
      }),
    step: (params, before, { row, column }, { caches, memories, context }) =>
      scope(() => {
        let [mine, ...others] = caches as [RowCache, ...RowCache[]];
        if (before) mine = pushed(mine, before);
        if (column === 0 && row > 0) {
          mine = first.nextRow(params.first, mine, context);
          others = convsOf(params).map((each, i) => conv.nextRow(each, others[i]!, context));
        }
        let y = first.at(params.first, mine); // (batch, width)
        const batch = y.shape[0]!;
        const pixel = before ? reshape(before, [batch, 1, channels]) : zeros([batch, 1, channels]);
        const beside = besideOf(pixel, [{ row, column }]);
        const met: PixelMemory[] = [];
        for (const [i, block] of params.blocks.entries()) {
          for (const [j, each] of block.convs.entries()) {
            const cache = pushed(others[i * layers + j]!, concatElu(y));
            others[i * layers + j] = cache;
            y = add(y, gatedSigmoid(conv.at(each, cache)));
          }
          const made = attention.apply(block.attention, reshape(y, [batch, 1, width]), beside, memories[i]);
          met.push(made.memory);
          y = reshape(made.output, [batch, width]);
        }
        const kept = [mine, ...others].map(passed);
        const state: PixelSnailState = { caches: kept, memories: met, ...(context && { context }) };
        return { output: ending(params, y), state: mapLeaves<Tensor, PixelSnailState>(state, (leaf) => clone(leaf)) };
      }),
  };
}

/** At each place the pixel before it in raster order, which convolutions do not reach across the end of a row: (batch, places, channels). */
function pixelsBefore(x: Tensor): Tensor {
  const [batch, height, columns, channels] = x.shape as [number, number, number, number];
  const flat = reshape(x, [batch, height * columns, channels]);
  const all = slice(flat, [0, 0, 0], [batch, height * columns - 1, channels]);
  return concat([zeros([batch, 1, channels]), all], 1);
}

/** The pixels before, (batch, places, channels), and the places in units of 32 pixels, whatever the size of a picture. */
function besideOf(before: Tensor, places: readonly Place[]): Tensor {
  const units = places.flatMap(({ row, column }) => [row / 32, column / 32]);
  return concat([before, tile(tensor(units, [1, places.length, 2]), [before.shape[0]!, 1, 1])], -1);
}
