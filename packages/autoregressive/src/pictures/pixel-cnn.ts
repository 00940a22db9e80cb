import { expectIntegers, mapLeaves, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform, heUniform, type Initializer } from '@genai/nn';
import { scope } from '@genai/tensor';
import { add, clone, mul, relu, type Tensor } from '@tensorflow/tfjs-core';
import { type CausalConv2dParams, causalConv2d } from './causal-conv2d.js';
import { expectContext, expectKernel, expectPixels } from './expect-pixels.js';
import { kindByRow, type PixelNet } from './pixel-net.js';
import { passed, pushed, type RowCache } from './row-cache.js';

export interface PixelCnnOptions {
  /** Channels of a picture; 1 unless given. */
  readonly channels?: number;
  /** Numbers that it gives for a pixel; as many as channels unless given: the logits of binary pixels. */
  readonly outputs?: number;
  /** Width h of the filters; between them 2h. Default 16. */
  readonly width?: number;
  /** How many residual blocks. Default 15. */
  readonly layers?: number;
  /** Height and width of the filters of the blocks, odd. Default 3. */
  readonly kernel?: number;
  /** Height and width of the first filter, odd. Default 7. */
  readonly firstKernel?: number;
  /** Width of the last hidden layer. Default 32. */
  readonly head?: number;
  /** Width of the context, a linear map of which is added behind each masked convolution; 0, none, unless given. */
  readonly context?: number;
}

/** The parameters of {@link pixelCnn}. */
export type PixelCnnParams = {
  readonly first: CausalConv2dParams;
  readonly blocks: readonly {
    readonly narrow: DenseParams;
    readonly causal: CausalConv2dParams;
    readonly wide: DenseParams;
  }[];
  readonly head: DenseParams;
  readonly last: DenseParams;
};

/** The state of {@link pixelCnn}: what each masked convolution keeps, the first first, and the context. */
export type PixelCnnState = { readonly caches: readonly RowCache[]; readonly context?: Tensor };

/**
 * PixelCNN: a masked convolution, residual blocks of three (1 × 1, masked, 1 × 1, each behind a ReLU) and two layers 1 × 1:
 * (batch, height, width, channels) → (batch, height, width, outputs).
 *
 * It does not see all that comes before: a cone of pixels above and to the right stays hidden (the blind spot), which
 * {@link gatedPixelCnn} mends.
 *
 * @example
 * const net = pixelCnn({ width: 16, layers: 15 });
 * const digits = pixelModel({ net, emission: binaryPixels(), height: 28, width: 28 });
 * @throws GenaiError if a size is not an integer of at least 1 or a kernel is not odd; when used, if pictures or context do not fit.
 * @source van den Oord et al. 2016, "Pixel recurrent neural networks", table 1 and figure 5.
 */
export function pixelCnn(options: PixelCnnOptions = {}): PixelNet<PixelCnnParams, PixelCnnState> {
  const {
    channels = 1,
    outputs = channels,
    width: h = 16,
    layers = 15,
    head = 32,
    context: contextWidth = 0,
  } = options;
  const { kernel = 3, firstKernel = 7 } = options;
  expectIntegers('pixelCnn', { channels, outputs, width: h, layers, head });
  expectIntegers('pixelCnn', { context: contextWidth }, 0);
  expectKernel('pixelCnn', kernel);
  expectKernel('pixelCnn', firstKernel);
  const first = causalConv2d({
    inputs: channels,
    outputs: 2 * h,
    kernel: firstKernel,
    self: false,
    context: contextWidth,
  });
  const narrow = dense(2 * h, h);
  const causal = causalConv2d({ inputs: h, outputs: h, kernel, self: true, context: contextWidth });
  const wide = dense(h, 2 * h, { initializer: shared(layers) });
  const hidden = dense(2 * h, head);
  const last = dense(head, outputs, { initializer: glorotUniform });
  const sizes = { channels, context: contextWidth };

  /** One block of a picture or of a pixel, (…, 2h) → (…, 2h), whose masked convolution is `see`. */
  const block = (params: PixelCnnParams['blocks'][number], x: Tensor, see: (x: Tensor) => Tensor): Tensor => {
    const y = relu(narrow.apply(params.narrow, relu(x))); // (…, h)
    return add(x, wide.apply(params.wide, relu(see(y))));
  };
  const ending = (params: PixelCnnParams, x: Tensor): Tensor =>
    last.apply(params.last, relu(hidden.apply(params.head, relu(x))));

  return {
    ...sizes,
    outputs,
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      return scope(() => ({
        first: first.init(a),
        blocks: split(b, layers).map((key) => {
          const [i, j, k] = split(key, 3);
          return { narrow: narrow.init(i), causal: causal.init(j), wide: wide.init(k) };
        }),
        head: hidden.init(c),
        last: last.init(d),
      }));
    },
    run: (params, x, context) =>
      scope(() => {
        expectPixels('pixelCnn', sizes, x, context);
        let y = first.run(params.first, x, context); // (batch, height, width, 2h)
        // A scope frees what no gradient needs.
        for (const each of params.blocks) {
          y = scope(() => block(each, y, (x) => causal.run(each.causal, x, context)));
        }
        return ending(params, y);
      }),
    start: (params, { batch, width }, context) =>
      scope(() => {
        expectContext('pixelCnn', contextWidth, batch, context);
        const caches = [
          first.start(params.first, batch, width, context),
          ...params.blocks.map((each) => causal.start(each.causal, batch, width, context)),
        ];
        return { caches, ...(context && { context: clone(context) }) };
      }),
    kindOf: kindByRow,
    step: (params, before, { row, column }, { caches, context }) =>
      scope(() => {
        let [mine, ...others] = caches as [RowCache, ...RowCache[]];
        if (before) mine = pushed(mine, before);
        if (column === 0 && row > 0) {
          mine = first.nextRow(params.first, mine, context);
          others = others.map((cache, i) => causal.nextRow(params.blocks[i]!.causal, cache, context));
        }
        let y = first.at(params.first, mine); // (batch, 2h)
        for (const [i, each] of params.blocks.entries()) {
          y = block(each, y, (x) => {
            others[i] = pushed(others[i]!, x);
            return causal.at(each.causal, others[i]!);
          });
        }
        const state: PixelCnnState = { caches: [mine, ...others].map(passed), ...(context && { context }) };
        return { output: ending(params, y), state: mapLeaves<Tensor, PixelCnnState>(state, (leaf) => clone(leaf)) };
      }),
  };
}

/** So small that `layers` blocks together add about as much as a stream holds. */
function shared(layers: number): Initializer {
  return (key, shape, fans) => scope(() => mul(heUniform(key, shape, fans), layers ** -0.5));
}
