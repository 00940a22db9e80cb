import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { floatBits } from '../machine.js';
import type { SimdBackend } from '../simd-backend.js';
import { convolutionNumbers } from './convolution-info.js';

type Info = backend_util.Conv2DInfo;
type Tail = { readonly bias?: TensorInfo; readonly activation: number; readonly alpha: number };

/**
 * Whether tiles of 2 × 2 outputs pay (kernels/winograd.c): with 3 × 3 taps without strides, enough channels on both sides, and
 * images that tiles fill well.
 *
 * The four outputs of a tile share their sums: what one of them does not see, because a weight is 0, cancels to rounding
 * only, and a NaN or an infinity reaches all four.
 */
export function isWinograd(info: Info, of: 'output' | 'input' | 'filter'): boolean {
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = info;
  const taps = info.filterHeight === 3 && info.filterWidth === 3;
  const plain = info.strideHeight === 1 && info.strideWidth === 1;
  const dense = info.dilationHeight === 1 && info.dilationWidth === 1;
  if (!taps || !plain || !dense || info.padInfo.top > 2 || info.padInfo.left > 2) return false;
  const [depth, columns] = of === 'input' ? [outChannels, inChannels] : [inChannels, outChannels];
  const [leastDepth, leastColumns] = LEAST_CHANNELS[of];
  if (depth < leastDepth || columns < leastColumns || depth + columns > MOST_CHANNELS) return false;
  const tiles = batchSize * Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2);
  return tiles >= LEAST_TILES && batchSize * outHeight * outWidth >= 2.5 * tiles;
}

export function launchWinograd(
  backend: SimdBackend,
  y: TensorInfo,
  [x, filter]: readonly [TensorInfo, TensorInfo],
  info: Info,
  { bias, activation, alpha }: Tail,
): void {
  const tail = [Number(bias !== undefined), activation, floatBits(alpha)];
  withSpace(backend, filterFloats(info.inChannels, info.outChannels), (packed) =>
    backend.launch('winograd', [y, packed], [x, filter, bias ?? 0], [...convolutionNumbers(info), ...tail]),
  );
}

export function launchWinogradInputGradient(
  backend: SimdBackend,
  dx: TensorInfo,
  [dy, filter]: readonly [TensorInfo, TensorInfo],
  info: Info,
): void {
  withSpace(backend, filterFloats(info.outChannels, info.inChannels), (packed) =>
    backend.launch('winograd_input_gradient', [dx, packed], [dy, filter], convolutionNumbers(info)),
  );
}

export function launchWinogradFilterGradient(
  backend: SimdBackend,
  dFilter: TensorInfo,
  [x, dy]: readonly [TensorInfo, TensorInfo],
  info: Info,
): void {
  const { batchSize, outHeight, outWidth, inChannels, outChannels } = info;
  const tiles = batchSize * Math.ceil(outHeight / 2) * Math.ceil(outWidth / 2);
  // The sums of a chunk shall stay in a cache, and the chunks be enough for some threads.
  const strip = Math.min(Math.max(1, Math.floor(STRIP_PAIRS / inChannels / 32)) * 32, padded(outChannels));
  const chunks = inChannels * outChannels <= SMALL_FILTER ? 8 : 4;
  const parts = Math.max(1, Math.floor(Math.min(chunks / Math.ceil(outChannels / strip), tiles / 64)));
  const numbers = [...convolutionNumbers(info), parts, strip];
  withSpace(backend, parts * filterFloats(inChannels, outChannels), (sums) =>
    backend.launch('winograd_filter_gradient', [dFilter, sums], [x, dy], numbers),
  );
}

/** Channels that are summed over, and that come out, as measured: below these the transforms cost more than they spare. */
const LEAST_CHANNELS = { output: [6, 12], input: [12, 4], filter: [12, 12] } as const;
const MOST_CHANNELS = 1024;
const LEAST_TILES = 64;
const STRIP_PAIRS = 16384;
const SMALL_FILTER = 4096;

/** Of a filter's transform: 16 points, columns padded to the widest vectors. */
function filterFloats(depth: number, columns: number): number {
  return 16 * depth * padded(columns);
}

function padded(channels: number): number {
  return Math.ceil(channels / 16) * 16;
}

function withSpace(backend: SimdBackend, floats: number, use: (place: number) => void): void {
  const place = backend.temporary(4 * floats);
  try {
    use(place);
  } finally {
    backend.release(place);
  }
}
