import { expectIntegers, fold, GenaiError, type Key, type Layer, split } from '@genai/core';
import { type ConvolutionParams, type DenseParams, dense, glorotUniform } from '@genai/nn';
import { elu, scope } from '@genai/tensor';
import { add, concat, ones, type Tensor } from '@tensorflow/tfjs-core';
import { expectPixels } from './expect-pixels.js';
import type { PixelNet } from './pixel-net.js';
import { LOOK_DOWN, LOOK_RIGHT, shift, shiftedConv2d, shiftedTranspose } from './shifted-conv2d.js';
import { type ShiftedResidual, type ShiftedResidualParams, shiftedResidual } from './shifted-residual.js';
import { type DrawnSoFar, steppedByRun } from './stepped-by-run.js';

export interface PixelCnnPlusPlusOptions {
  /** Channels of a picture; 3 unless given. */
  readonly channels?: number;
  /** Numbers that it gives for a pixel, such as `mixturePixels({ mixtures: 10, channels: 3 }).outputs`. */
  readonly outputs: number;
  /** Channels of each of the two streams. Default 160. */
  readonly width?: number;
  /** Residual blocks at each resolution on the way down; on the way up one more at all but the lowest. Default 5. */
  readonly layers?: number;
  /** How many resolutions, each half of the one before; height and width must be multiples of 2^(levels − 1). Default 3. */
  readonly levels?: number;
  /** Share of the hidden numbers that is dropped in training. Default 0.5. */
  readonly dropout?: number;
  /** Width of the context, a linear map of which is added in front of each gate; 0, none, unless given. */
  readonly context?: number;
}

/** A value for each of the two streams: of the rows above, and of these and the pixels to the left. */
export type Streams<T> = { readonly down: T; readonly right: T };

/** One resolution; `resize` leads to the next. */
export type PixelLevelParams = {
  readonly blocks: readonly Streams<ShiftedResidualParams>[];
  readonly resize?: Streams<ConvolutionParams>;
};

/** The parameters of {@link pixelCnnPlusPlus}. */
export type PixelCnnPlusPlusParams = {
  readonly first: {
    readonly down: ConvolutionParams;
    readonly above: ConvolutionParams;
    readonly left: ConvolutionParams;
  };
  /** From the full to the lowest resolution. */
  readonly shrinking: readonly PixelLevelParams[];
  /** From the lowest to the full resolution. */
  readonly growing: readonly PixelLevelParams[];
  readonly last: DenseParams;
};

/**
 * PixelCNN++: two streams of gated residual blocks over shifted convolutions, through lower resolutions and back with shortcuts:
 * (batch, height, width, channels) → (batch, height, width, outputs).
 *
 * Without the weight normalisation of the reference code. A draw runs the net on the rows so far for each pixel, without a cache.
 *
 * @example
 * const emission = mixturePixels({ mixtures: 10, channels: 3 });
 * const net = pixelCnnPlusPlus({ channels: 3, outputs: emission.outputs, width: 64, layers: 2 });
 * const pictures = pixelModel({ net, emission, height: 32, width: 32 });
 * @throws GenaiError if a size or share is out of range; when used, if pictures or context do not fit.
 * @source Salimans et al. 2017, "PixelCNN++", sections 2.2 to 2.5, figure 2.
 */
export function pixelCnnPlusPlus(options: PixelCnnPlusPlusOptions): PixelNet<PixelCnnPlusPlusParams, DrawnSoFar> {
  const {
    channels = 3,
    outputs,
    width = 160,
    layers = 5,
    levels = 3,
    dropout = 0.5,
    context: contextWidth = 0,
  } = options;
  expectIntegers('pixelCnnPlusPlus', { channels, outputs, width, layers, levels });
  expectIntegers('pixelCnnPlusPlus', { context: contextWidth }, 0);
  if (!(dropout >= 0 && dropout < 1)) {
    throw new GenaiError(`pixelCnnPlusPlus: dropout must be a share of at least 0 and below 1, got ${dropout}.`);
  }
  const multiple = 2 ** (levels - 1);
  const sizes = { channels, context: contextWidth };
  const block = (asideDown: number, asideRight: number): Streams<ShiftedResidual> => {
    const common = { width, context: contextWidth, dropout };
    return {
      down: shiftedResidual({ ...common, look: LOOK_DOWN, aside: asideDown }),
      right: shiftedResidual({ ...common, look: LOOK_RIGHT, aside: asideRight }),
    };
  };
  const first = {
    down: shiftedConv2d(channels + 1, width, LOOK_DOWN),
    above: shiftedConv2d(channels + 1, width, { kernel: [1, 3], left: 1 }),
    left: shiftedConv2d(channels + 1, width, { kernel: [2, 1], left: 0 }),
  };
  const shrinking = block(0, width); // sees the rows above
  const growing = block(width, 2 * width); // and what was at this place on the way down
  const halve = both((look) => shiftedConv2d(width, width, look, { strides: 2 }));
  const double = both((look) => shiftedTranspose(width, look));
  const last = dense(width, outputs, { initializer: glorotUniform });

  const initLevels = (
    key: Key,
    count: (level: number) => number,
    { down, right }: Streams<ShiftedResidual>,
    resize: Streams<Layer<Tensor, ConvolutionParams>>,
  ): PixelLevelParams[] =>
    split(key, levels).map((key, level) => {
      const [a, b, c] = split(key, 3);
      const blocks = split(a, count(level)).map((key) => {
        const [i, j] = split(key);
        return { down: down.init(i), right: right.init(j) };
      });
      return {
        blocks,
        ...(level < levels - 1 && { resize: { down: resize.down.init(b), right: resize.right.init(c) } }),
      };
    });

  const run = (params: PixelCnnPlusPlusParams, x: Tensor, context?: Tensor, key?: Key): Tensor => {
    let used = 0;
    const beside = (aside?: Tensor) => ({ ...(aside && { aside }), context, key: key && fold(key, used++) });
    const picture = concat([x, ones([...x.shape.slice(0, 3), 1])], 3); // ones tell the picture from the zeros around it
    let down = shift(first.down.apply(params.first.down, picture), 1, 0); // (batch, height, width, width)
    const above = shift(first.above.apply(params.first.above, picture), 1, 0);
    let right: Tensor = add(above, shift(first.left.apply(params.first.left, picture), 0, 1));
    const passed: Streams<Tensor>[] = [];
    for (const { blocks, resize } of params.shrinking) {
      passed.push({ down, right });
      for (const each of blocks) {
        down = shrinking.down.apply(each.down, down, beside());
        right = shrinking.right.apply(each.right, right, beside(down));
        passed.push({ down, right });
      }
      if (resize) [down, right] = [halve.down.apply(resize.down, down), halve.right.apply(resize.right, right)];
    }
    passed.pop(); // where the way back starts
    for (const { blocks, resize } of params.growing) {
      for (const each of blocks) {
        const before = passed.pop()!;
        down = growing.down.apply(each.down, down, beside(before.down));
        right = growing.right.apply(each.right, right, beside(concat([down, before.right], 3)));
      }
      if (resize) [down, right] = [double.down.apply(resize.down, down), double.right.apply(resize.right, right)];
    }
    return last.apply(params.last, elu(right));
  };

  return steppedByRun<PixelCnnPlusPlusParams>('pixelCnnPlusPlus', multiple, {
    ...sizes,
    outputs,
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      return scope(() => {
        const [i, j, k] = split(a, 3);
        return {
          first: { down: first.down.init(i), above: first.above.init(j), left: first.left.init(k) },
          shrinking: initLevels(b, () => layers, shrinking, halve),
          growing: initLevels(c, (level) => (level === 0 ? layers : layers + 1), growing, double),
          last: last.init(d),
        };
      });
    },
    run: (params, x, context, key) =>
      scope(() => {
        expectPixels('pixelCnnPlusPlus', sizes, x, context);
        const [, height, width] = x.shape as [number, number, number];
        if (height % multiple || width % multiple) {
          throw new GenaiError(
            `pixelCnnPlusPlus: got pictures of ${height} × ${width}, expected multiples of ${multiple} for ${levels} levels. Take fewer levels or pad the pictures.`,
          );
        }
        return run(params, x, context, key);
      }),
  });
}

function both<T>(make: (look: typeof LOOK_DOWN) => T): Streams<T> {
  return { down: make(LOOK_DOWN), right: make(LOOK_RIGHT) };
}
