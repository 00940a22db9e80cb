import { type Key, split } from '@genai/core';
import { glorotUniform, heUniform, type Initializer } from '@genai/nn';
import { conv2d, scope } from '@genai/tensor';
import { add, reshape, slice, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { addContext } from './add-context.js';
import { rasterFilter } from './raster-filter.js';
import { alongRows, atPixel, fullRow, nextRows, noRow, type RowCache } from './row-cache.js';

/** `weight`: (seen, inputs, outputs); `bias`: (outputs); `context`: (context, outputs), if there is one. */
export type CausalConv2dParams = { readonly weight: Tensor; readonly bias: Tensor; readonly context?: Tensor };

export interface CausalConv2dOptions {
  readonly inputs: number;
  readonly outputs: number;
  /** Height and width of the filter, odd. */
  readonly kernel: number;
  /** Whether a pixel sees itself (mask B) or only those before it (mask A, of a first layer). */
  readonly self: boolean;
  /** Width of the context, a linear map of which is added at each pixel; 0 for none. */
  readonly context: number;
  readonly initializer?: Initializer;
}

/** A convolution along raster order, of whole pictures and pixel by pixel. */
export interface CausalConv2d {
  readonly init: (key: Key) => CausalConv2dParams;
  /** (batch, height, width, inputs) → (batch, height, width, outputs). */
  readonly run: (params: CausalConv2dParams, x: Tensor, context?: Tensor) => Tensor;
  /** Before the first row of each of `batch` pictures. */
  readonly start: (params: CausalConv2dParams, batch: number, width: number, context?: Tensor) => RowCache;
  /** Between a full row and the next. */
  readonly nextRow: (params: CausalConv2dParams, cache: RowCache, context?: Tensor) => RowCache;
  /** The output at the next pixel, (batch, outputs), once the last one that it sees in this row is pushed. */
  readonly at: (params: CausalConv2dParams, cache: RowCache) => Tensor;
}

/**
 * A masked convolution: what stands behind the centre of the filter in raster order is left out. The weight holds the places that
 * are seen, in raster order; of a masked filter of PyTorch these are `weight.permute(2, 3, 1, 0).flatten(0, 1)[:seen]`.
 *
 * @source van den Oord et al. 2016, "Pixel recurrent neural networks", section 3.4.
 */
export function causalConv2d(options: CausalConv2dOptions): CausalConv2d {
  const { inputs, outputs, kernel, self, context: contextWidth, initializer = heUniform } = options;
  const reach = (kernel - 1) / 2;
  const higher = reach * kernel; // places in the rows above
  const beside = reach + (self ? 1 : 0); // places in the row itself
  const seen = higher + beside;
  const above = (params: CausalConv2dParams, rows: Tensor, context: Tensor | undefined): Tensor => {
    const [batch, , width] = rows.shape as [number, number, number];
    const filter = reshape(slice(params.weight, [0, 0, 0], [higher, inputs, outputs]), [
      reach,
      kernel,
      inputs,
      outputs,
    ]);
    const y = addContext(add(alongRows(rows, filter), params.bias), params.context, context); // (batch, 1, width, outputs)
    return reshape(y, [batch, width * outputs]);
  };
  const below = (params: CausalConv2dParams, rows: Tensor, context: Tensor | undefined): RowCache => ({
    rows,
    row: noRow(rows),
    above: above(params, rows, context),
  });
  return {
    init: (key) =>
      scope(() => {
        const [a, b] = split(key);
        const weight = initializer(a, [seen, inputs, outputs], { inputs: seen * inputs, outputs: seen * outputs });
        const bias = zeros([outputs]);
        return contextWidth > 0
          ? { weight, bias, context: glorotUniform(b, [contextWidth, outputs]) }
          : { weight, bias };
      }),
    run: (params, x, context) =>
      scope(() => {
        const y = add(conv2d(x, rasterFilter(params.weight, kernel, kernel)), params.bias);
        return addContext(y, params.context, context);
      }),
    start: (params, batch, width, context) => scope(() => below(params, zeros([batch, reach, width, inputs]), context)),
    nextRow: (params, cache, context) => scope(() => below(params, nextRows(cache.rows, fullRow(cache)), context)),
    at: (params, cache) => scope(() => atPixel(cache, slice(params.weight, [higher, 0, 0], [beside, inputs, outputs]))),
  };
}
