import { expectIntegers, GenaiError, type Key, type Layer, sizeOf } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import { add, concat, mul, reshape, sub, type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { joinContext } from '../join-context.js';
import type { ScalarMap } from '../scalar-map.js';
import { sumEvent } from '../sum-event.js';
import type { Mask } from './mask.js';

/** How {@link maskedCoupling} works. */
export interface MaskedCouplingOptions<P> {
  /** Of an image: [height, width, channels]. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** What passes unchanged and says how the rest moves: {@link checkerboard}, {@link channelHalf} or a rule of your own. */
  readonly passes: Mask;
  /** How an element is moved. */
  readonly map: ScalarMap;
  /**
   * The net from the image, 0 where elements move, with the context behind its channels, (batch, height, width, inputs), to the
   * raw parameters of every element, (batch, height, width, outputs), those of one channel side by side.
   */
  readonly net: (inputs: number, outputs: number) => Layer<Tensor, P>;
  /** Channels of the context that the net sees, an image of the same size or a vector at every pixel; 0 unless given. */
  readonly context?: number;
}

/**
 * Some elements of an image stay as they are, and a net makes of them the maps that move the others, where they are: any pattern that
 * {@link coupling}, which cuts the channels, cannot have, at the price of a net that sees and gives all of them.
 *
 * @example
 * const layer = maskedCoupling({
 *   shape: [28, 28, 1],
 *   passes: checkerboard('odd'),
 *   map: affineMap({ logScale: (raw) => raw }),
 *   net: (inputs, outputs) => boundedLogScale(gatedConvNet(inputs, outputs), outputs / 2),
 * });
 * @throws GenaiError unless some elements pass and some move; when used, if an image, the context, or what the net gives has
 * another shape.
 * @source Dinh et al. 2017, "Density estimation using Real NVP", eq. 9 and figure 3.
 */
export function maskedCoupling<P>(options: MaskedCouplingOptions<P>): Bijector<P> {
  const { shape, map, context: size = 0 } = options;
  const [height, width, channels] = shape;
  const where = `maskedCoupling([${shape.join(', ')}])`;
  expectIntegers(where, { height, width, channels });
  expectIntegers(where, { context: size }, 0);
  const passing = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const pixel = Math.floor(i / channels);
    return Number(options.passes(Math.floor(pixel / width), pixel % width, i % channels, shape));
  });
  if (!passing.includes(0) || !passing.includes(1)) {
    throw new GenaiError(`${where}: passes must let some elements pass and others not, got ${passing[0]} for all.`);
  }
  const net = options.net(channels + size, channels * map.parameters);

  const parts = (params: P, x: Tensor, context?: Tensor, key?: Key): Parts => {
    expectShape(where, x, ['batch', ...shape]);
    const passes = tensor(passing, [1, ...shape]);
    const moves = sub(1, passes);
    const kept = mul(x, passes); // (batch, height, width, channels)
    const raw = net.apply(params, withContext(where, kept, context, size), key);
    expectShape(`${where}, the net`, raw, [...x.shape.slice(0, -1), channels * map.parameters]);
    return { kept, moving: mul(x, moves), moves, raw: reshape(raw, [...x.shape, map.parameters]) };
  };
  return {
    init: net.init,
    forward: (params, x, context, key) =>
      scope(() => {
        const { kept, moving, moves, raw } = parts(params, x, context, key);
        const { y, logSlope } = map.forward(moving, raw);
        return { y: add(kept, mul(y, moves)), logDet: sumEvent(mul(logSlope, moves)) };
      }),
    inverse: (params, y, context, key) =>
      scope(() => {
        const { kept, moving, moves, raw } = parts(params, y, context, key);
        const { x, logSlope } = map.inverse(moving, raw);
        return { x: add(kept, mul(x, moves)), logDet: sumEvent(mul(logSlope, moves)) };
      }),
    ...(map.tolerance !== undefined && { tolerance: map.tolerance }),
  };
}

/** What passes; what moves, 0 elsewhere, so that the map is finite there; where that is; and the parameters of all. */
type Parts = { readonly kept: Tensor; readonly moving: Tensor; readonly moves: Tensor; readonly raw: Tensor };

function withContext(where: string, x: Tensor, context: Tensor | undefined, size: number): Tensor {
  if (size === 0 || context?.rank !== 4) return joinContext(where, x, context, size);
  expectShape(`${where}, the context`, context, [...x.shape.slice(0, -1), size]);
  return concat([x, context], 3);
}
