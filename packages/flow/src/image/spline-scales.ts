import { expectIntegers, GenaiError, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { coupling } from '../coupling.js';
import { inOrder } from '../in-order.js';
import { affineMap } from '../scalar/affine-map.js';
import { composedMap } from '../scalar/composed-map.js';
import { rationalQuadraticMap } from '../scalar/rational-quadratic-map.js';
import { softClip } from '../scalar/soft-clip.js';
import { factorOut } from './factor-out.js';
import { flattenEvent } from './flatten-event.js';
import { gatedConvNet } from './gated-conv-net.js';
import { squeeze } from './squeeze.js';

/** The sizes of {@link splineScales}. */
export interface SplineScalesOptions {
  /** Of an image, [height, width, channels]; height and width are multiples of 2 to the power of the scales. */
  readonly shape: readonly [height: number, width: number, channels: number];
  /** How many couplings at each scale, the finest first; [4], one scale, unless given. */
  readonly couplings?: readonly number[];
  /** Channels inside the nets. Default 32. */
  readonly hidden?: number;
  /** Gated residual blocks of a net. Default 3. */
  readonly layers?: number;
  /** The side of the filters that a net ends in. Default 1: with 3 the many parameters of splines learn more slowly. */
  readonly last?: number;
  /** Pieces of a spline. Default 8. */
  readonly bins?: number;
}

/** Scale by scale: the squares, their couplings, and the cut or the end. */
export type SplineScalesParams = readonly Tree<Tensor>[];

/**
 * Couplings of images by affine maps and then rational-quadratic splines, (batch, …shape) → (batch, features), the finest scale first.
 *
 * Each scale makes channels of squares of 2 × 2 pixels and couples the pixels of one diagonal with those of the other: a checkerboard
 * at a quarter of the places. Between scales half of the channels leave.
 *
 * @example
 * const density = flow({ transforms: [logitTransform({ alpha: 0.05 }), splineScales({ shape: [32, 32, 3] })], base: standardNormal(3_072) });
 * @throws GenaiError if a size is not an integer of at least 1, or height or width cannot be halved at each scale.
 * @source Durkan et al. 2019, "Neural spline flows", section 4.3 (images); Dinh et al. 2017, "Density estimation using Real NVP",
 * figure 3 and section 3.6.
 */
export function splineScales(options: SplineScalesOptions): Bijector<SplineScalesParams> {
  const { shape, couplings = [4], hidden = 32, layers = 3, last = 1, bins = 8 } = options;
  const where = 'splineScales';
  const [height, width, channels] = shape;
  expectIntegers(where, { height, width, channels, hidden, layers, last, bins });
  for (const count of couplings) expectIntegers(where, { couplings: count });
  const factor = 2 ** couplings.length;
  if (couplings.length === 0 || height % factor !== 0 || width % factor !== 0) {
    throw new GenaiError(
      `${where}: images of ${height} × ${width} cannot be halved at each of ${couplings.length} scales. Pass other couplings, or pad the images.`,
    );
  }
  return scalesFrom(shape, couplings, (features, i) =>
    coupling({
      features,
      passes: Array.from({ length: features }, (_, channel) => isOnDiagonal(channel) === (i % 2 === 0)),
      map: composedMap(
        affineMap({ logScale: (raw) => softClip(raw, MOST_LOG_SCALE) }),
        rationalQuadraticMap({ bins, bound: BOUND }),
      ),
      net: (inputs, outputs) => gatedConvNet(inputs, outputs, { hidden, layers, last }),
    }),
  );
}

const MOST_LOG_SCALE = 5;
/** Behind the affine map a spline reaches to four deviations of the base. */
const BOUND = 4;

function scalesFrom(
  [height, width, channels]: SplineScalesOptions['shape'],
  [count, ...coarser]: readonly number[],
  couple: (features: number, i: number) => unknown,
): Bijector<SplineScalesParams> {
  const shape = [height / 2, width / 2, 4 * channels] as const;
  const here = [squeeze(), ...Array.from({ length: count! }, (_, i) => couple(shape[2], i))];
  if (coarser.length === 0) return inOrder([...here, flattenEvent(shape)]);
  const rest = scalesFrom([shape[0], shape[1], shape[2] / 2], coarser, couple);
  return inOrder([...here, factorOut({ shape, rest })]);
}

/** Of the four pixels of a square, which lie side by side row by row: the first and the last. */
function isOnDiagonal(channel: number): boolean {
  return channel % 4 === 0 || channel % 4 === 3;
}
