import { expectIntegers, type Key, mapLeaves, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { conv2d, elu, gatedTanh, scope } from '@genai/tensor';
import { add, clone, concat, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { addContext } from './add-context.js';
import { expectContext, expectKernel, expectPixels } from './expect-pixels.js';
import { kindByRow, type PixelNet } from './pixel-net.js';
import { rasterFilter } from './raster-filter.js';
import { alongRows, atPixel, fullRow, nextRows, noRow, passed, pushed, type RowCache } from './row-cache.js';

export interface GatedPixelCnnOptions {
  /** Channels of a picture; 1 unless given. */
  readonly channels?: number;
  /** Numbers that it gives for a pixel; as many as channels unless given: the logits of binary pixels. */
  readonly outputs?: number;
  /** Channels of each of the two stacks. Default 64. */
  readonly width?: number;
  /** How many gated layers. Default 7. */
  readonly layers?: number;
  /** Height and width of the filters, odd. Default 3. */
  readonly kernel?: number;
  /** Width of the context, a linear map of which is added in front of each gate; 0, none, unless given. */
  readonly context?: number;
}

/** The parameters of a gated layer; `context`: (context, 2 width) for each of the two gates, if there is one. */
export type GatedPixelLayerParams = {
  /** Of the vertical stack: (rows · columns, width, 2 width), rows up to this one. */
  readonly down: { readonly weight: Tensor; readonly bias: Tensor };
  /** Of the horizontal stack: (columns, width, 2 width), pixels up to this one. */
  readonly right: { readonly weight: Tensor };
  /** From the vertical to the horizontal stack, 1 × 1. */
  readonly across: DenseParams;
  /** From the gate back to the horizontal stack, 1 × 1. */
  readonly back: DenseParams;
  readonly context?: { readonly down: Tensor; readonly right: Tensor };
};

/** The parameters of {@link gatedPixelCnn}. */
export type GatedPixelCnnParams = {
  /** (rows · columns, channels, width), the rows above. */
  readonly down: { readonly weight: Tensor; readonly bias: Tensor };
  /** (columns, channels, width), the pixels to the left. */
  readonly right: { readonly weight: Tensor };
  readonly layers: readonly GatedPixelLayerParams[];
  readonly last: DenseParams;
};

/** The state of {@link gatedPixelCnn}: for each layer the rows of the vertical and the row of the horizontal stack, and the context. */
export type GatedPixelCnnState = { readonly caches: readonly RowCache[]; readonly context?: Tensor };

/**
 * Gated PixelCNN: a stack of convolutions over the rows above and one along the row, which sees the first, so that no pixel before
 * is hidden; tanh · σ in the place of ReLU: (batch, height, width, channels) → (batch, height, width, outputs).
 *
 * Drawing computes the vertical stack once for each row, and the horizontal one pixel by pixel.
 *
 * @example
 * const emission = levelPixels({ levels: 256 });
 * const net = gatedPixelCnn({ outputs: emission.outputs, width: 64, layers: 7, context: 16 });
 * const digits = conditionalPixelModel({ net, emission, height: 28, width: 28, context: embedding(10, 16), forget: 0.1 });
 * @throws GenaiError if a size is not an integer of at least 1 or the kernel not odd; when used, if pictures or context do not fit.
 * @source van den Oord et al. 2016, "Conditional image generation with PixelCNN decoders", figure 2, eq. 2 and 4.
 */
export function gatedPixelCnn(options: GatedPixelCnnOptions = {}): PixelNet<GatedPixelCnnParams, GatedPixelCnnState> {
  const {
    channels = 1,
    outputs = channels,
    width: p = 64,
    layers = 7,
    kernel = 3,
    context: contextWidth = 0,
  } = options;
  expectIntegers('gatedPixelCnn', { channels, outputs, width: p, layers });
  expectIntegers('gatedPixelCnn', { context: contextWidth }, 0);
  expectKernel('gatedPixelCnn', kernel);
  const reach = (kernel - 1) / 2;
  const across = dense(2 * p, 2 * p);
  const back = dense(p, p, { initializer: glorotUniform });
  const last = dense(p, outputs, { initializer: glorotUniform });
  const sizes = { channels, context: contextWidth };

  const initLayer = (key: Key): GatedPixelLayerParams => {
    const [a, b, c, d, e, f] = split(key, 6) as [Key, Key, Key, Key, Key, Key];
    const layer = {
      down: { weight: raster(a, [(reach + 1) * kernel, p, 2 * p]), bias: zeros([2 * p]) },
      right: { weight: raster(b, [reach + 1, p, 2 * p]) },
      across: across.init(c),
      back: back.init(d),
    };
    if (contextWidth === 0) return layer;
    return {
      ...layer,
      context: { down: glorotUniform(e, [contextWidth, 2 * p]), right: glorotUniform(f, [contextWidth, 2 * p]) },
    };
  };
  /** What the vertical stack before its gate, (batch, rows, width, 2p), gives to the horizontal one, before its gate. */
  const crossed = (layer: GatedPixelLayerParams, vertical: Tensor, context: Tensor | undefined): Tensor =>
    addContext(across.apply(layer.across, vertical), layer.context?.right, context);
  /** The horizontal stack behind a gate, eq. 2: (…, 2p) → (…, p). */
  const returned = (layer: GatedPixelLayerParams, h: Tensor, gate: Tensor): Tensor =>
    add(h, back.apply(layer.back, gatedTanh(gate)));
  const ending = (params: GatedPixelCnnParams, h: Tensor): Tensor => last.apply(params.last, elu(h));

  /** The caches at the start of a row, from the rows above it in each layer; that of the first layer holds pixels. */
  const startRow = (params: GatedPixelCnnParams, above: readonly Tensor[], context: Tensor | undefined): RowCache[] => {
    const [pixels, ...rows] = above as [Tensor, ...Tensor[]];
    const [batch, , width] = pixels.shape as [number, number, number];
    const cache = (rows: Tensor, given: Tensor): RowCache => ({
      rows,
      row: noRow(rows),
      above: reshape(given, [batch, width * given.shape[3]!]),
    });
    const filter = ({ weight }: { readonly weight: Tensor }, height: number): Tensor =>
      reshape(weight, [height, kernel, ...weight.shape.slice(1)]);
    let v: Tensor = add(alongRows(pixels, filter(params.down, reach)), params.down.bias); // (batch, 1, width, p)
    const caches = [cache(pixels, v)];
    for (const [i, layer] of params.layers.entries()) {
      const seen = concat([rows[i]!, v], 1); // (batch, reach + 1, width, p)
      const vertical = addContext(
        add(alongRows(seen, filter(layer.down, reach + 1)), layer.down.bias),
        layer.context?.down,
        context,
      ); // (batch, 1, width, 2p)
      caches.push(cache(slice(seen, [0, 1, 0, 0], [batch, reach, width, p]), crossed(layer, vertical, context)));
      v = gatedTanh(vertical);
    }
    return caches;
  };

  return {
    ...sizes,
    outputs,
    init: (key) => {
      const [a, b, c, d] = split(key, 4);
      return scope(() => ({
        down: { weight: raster(a, [reach * kernel, channels, p]), bias: zeros([p]) },
        right: { weight: raster(b, [reach, channels, p]) },
        layers: split(c, layers).map(initLayer),
        last: last.init(d),
      }));
    },
    run: (params, x, context) =>
      scope(() => {
        expectPixels('gatedPixelCnn', sizes, x, context);
        const below = (x: Tensor, { weight }: { readonly weight: Tensor }): Tensor =>
          conv2d(x, rasterFilter(weight, kernel, kernel));
        const along = (x: Tensor, { weight }: { readonly weight: Tensor }): Tensor =>
          conv2d(x, rasterFilter(weight, 1, kernel));
        let v: Tensor = add(below(x, params.down), params.down.bias); // (batch, height, width, p)
        let h: Tensor = add(along(x, params.right), v);
        for (const layer of params.layers) {
          // A scope frees what no gradient needs.
          [v, h] = scope((): [Tensor, Tensor] => {
            const vertical = addContext(add(below(v, layer.down), layer.down.bias), layer.context?.down, context);
            const gate = add(along(h, layer.right), crossed(layer, vertical, context)); // (batch, height, width, 2p)
            return [gatedTanh(vertical), returned(layer, h, gate)];
          });
        }
        return ending(params, h);
      }),
    start: (params, { batch, width }, context) =>
      scope(() => {
        expectContext('gatedPixelCnn', contextWidth, batch, context);
        const above = [channels, ...params.layers.map(() => p)].map((inputs) => zeros([batch, reach, width, inputs]));
        return { caches: startRow(params, above, context), ...(context && { context: clone(context) }) };
      }),
    kindOf: kindByRow,
    step: (params, before, { row, column }, { caches, context }) =>
      scope(() => {
        let [mine, ...others] = caches as [RowCache, ...RowCache[]];
        if (before) mine = pushed(mine, before);
        if (column === 0 && row > 0) {
          const above = [nextRows(mine.rows, fullRow(mine)), ...others.map(({ rows }) => rows)];
          [mine, ...others] = startRow(params, above, context) as [RowCache, ...RowCache[]];
        }
        let h = atPixel(mine, params.right.weight); // (batch, p)
        for (const [i, layer] of params.layers.entries()) {
          others[i] = pushed(others[i]!, h);
          h = returned(layer, h, atPixel(others[i]!, layer.right.weight));
        }
        const state: GatedPixelCnnState = { caches: [mine, ...others].map(passed), ...(context && { context }) };
        return {
          output: ending(params, h),
          state: mapLeaves<Tensor, GatedPixelCnnState>(state, (leaf) => clone(leaf)),
        };
      }),
  };
}

/** A weight of (seen, inputs, outputs), whose every output is made of all `seen` places. */
function raster(key: Key, shape: readonly [seen: number, inputs: number, outputs: number]): Tensor {
  const [seen, inputs, outputs] = shape;
  return glorotUniform(key, shape, { inputs: seen * inputs, outputs: seen * outputs });
}
