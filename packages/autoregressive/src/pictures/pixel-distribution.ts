import { type Distribution, type Key, sizeOf, type Tree } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { broadcastTo, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';
import { drawPixels } from './draw-pixels.js';
import type { PixelEmission } from './pixel-emission.js';
import type { PixelNet } from './pixel-net.js';

/** The distribution of whole pictures, exact in nats: event shape (height, width, channels). */
export interface PixelDistribution extends Distribution<Tensor> {
  /**
   * Pictures, (…, batch, height, width, channels), with what is not known drawn anew: `known`, (height, width), is 1 where a pixel
   * stays as it is, 0 where it is drawn given those before it in raster order. What is unknown in `x` is never looked at.
   *
   * A draw is one of p(unknown | known) where the known pixels come first, such as an upper part; known pixels behind unknown ones
   * do not guide these.
   *
   * @throws GenaiError if the shapes do not fit.
   */
  readonly complete: (key: Key, x: Tensor, known: Tensor) => Tensor;
}

export interface PixelModelParts<N, S extends Tree<Tensor>> {
  /** From pictures to what the emission needs at each pixel. */
  readonly net: PixelNet<N, S>;
  /** The distribution of a pixel. */
  readonly emission: PixelEmission;
  /** Rows of a picture. */
  readonly height: number;
  /** Columns of a picture. */
  readonly width: number;
}

/** What pictures are conditioned on, (batch, width), and the key of the layers in training. */
export type PixelCondition = { readonly context?: Tensor; readonly key?: Key | undefined };

/**
 * The distribution that a net and an emission give; without a context it has no batch, with one that of the context.
 *
 * @source van den Oord et al. 2016, "Pixel recurrent neural networks", eq. 1.
 */
export function pixelDistribution<N, S extends Tree<Tensor>>(
  { net, emission, height, width }: PixelModelParts<N, S>,
  params: N,
  { context, key: layers }: PixelCondition,
): PixelDistribution {
  const batchShape = context ? [context.shape[0]!] : [];
  const eventShape = [height, width, net.channels];

  /** Pictures as rows, and the shape of one number for each. */
  const rowsOf = (where: string, x: Tensor): { readonly shape: number[]; readonly pictures: Tensor } => {
    const alone = (x.shape.at(-4) ?? 1) === 1; // one picture for the whole batch
    expectShape(`pixelModel.${where}: x`, x, ['…', ...(alone ? [] : batchShape), ...eventShape]);
    const shape = [...x.shape.slice(0, Math.max(0, x.rank - batchShape.length - 3)), ...batchShape];
    return { shape, pictures: reshape(broadcastTo(x, [...shape, ...eventShape]), [sizeOf(shape), ...eventShape]) };
  };
  const contextOf = (rows: number): Tensor | undefined => context && repeated(context, rows / context.shape[0]!);
  const draw = (key: Key, shape: readonly number[], keep?: { readonly x: Tensor; readonly where: Tensor }): Tensor => {
    const batch = sizeOf(shape);
    const options = { key, batch, height, width, context: contextOf(batch), ...(keep && { keep }) };
    return reshape(drawPixels(net, emission, params, options), [...shape, ...eventShape]);
  };
  return {
    batchShape,
    eventShape,
    logProb: (x) =>
      scope(() => {
        const { shape, pictures } = rowsOf('logProb', x);
        const outputs = net.run(params, pictures, contextOf(sizeOf(shape)), layers); // (rows, height, width, outputs)
        return reshape(sum(emission.given({}, outputs).logProb(pictures), [1, 2]), shape);
      }),
    sample: (key, shape = []) => scope(() => draw(key, [...shape, ...batchShape])),
    complete: (key, x, known) =>
      scope(() => {
        expectShape('pixelModel.complete: known', known, [height, width]);
        const { shape, pictures } = rowsOf('complete', x);
        return draw(key, shape, { x: pictures, where: known });
      }),
  };
}

/** (batch, width) → (times · batch, width). */
function repeated(context: Tensor, times: number): Tensor {
  const [batch, width] = context.shape as [number, number];
  return reshape(broadcastTo(context, [times, batch, width]), [times * batch, width]);
}
