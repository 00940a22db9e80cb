import {
  type AvgPoolAttrs,
  backend_util,
  broadcast_util,
  type CumsumAttrs,
  cumsum,
  type GradConfig,
  getGradient,
  mul,
  registerGradient,
  reshape,
  sum,
  type Tensor,
  tensor4d,
} from '@tensorflow/tfjs-core';

const REPAIRED: symbol = /* @__PURE__ */ Symbol.for('genai.gradient');

/**
 * Mends the gradients of TensorFlow.js 4.22 that throw or are wrong on every engine. Doing it twice is harmless.
 *
 * - maximum, minimum, squaredDifference and batches of matMul throw when an input was broadcast;
 * - cumsum along any but the last axis throws (it is transposed the wrong way);
 * - resizeBilinear throws unless images are square (the cpu engine swaps height and width in the shape it gives);
 * - avgPool divides by the whole window at the borders, where forwards it divides by what lies inside the image.
 */
export function repairGradients(): void {
  for (const kernel of ['Maximum', 'Minimum', 'SquaredDifference', 'BatchMatMul']) {
    repair(kernel, (stock) => (dy, saved, attrs) => {
      const [a, b] = saved as [Tensor, Tensor];
      const slopes = stock(dy, saved, attrs);
      return { a: () => summedTo(slopes.a!(), a.shape), b: () => summedTo(slopes.b!(), b.shape) };
    });
  }
  repair('Cumsum', () => (dy, _, attrs) => {
    const { axis, exclusive, reverse } = attrs as unknown as CumsumAttrs;
    return { x: () => cumsum(dy as Tensor, axis, exclusive, !reverse) };
  });
  repair('ResizeBilinear', (stock) => (dy, saved, attrs) => ({
    images: () => reshape(stock(dy, saved, attrs).images!(), (saved[0] as Tensor).shape),
  }));
  repair('AvgPool', (stock) => (dy, saved, attrs) => ({
    x: () => {
      const weights = borderWeights((saved[0] as Tensor).shape, attrs as unknown as AvgPoolAttrs);
      return stock(weights ? mul(dy as Tensor, weights) : dy, saved, attrs).x!();
    },
  }));
}

type GradFunc = GradConfig['gradFunc'];

function repair(kernelName: string, mend: (stock: GradFunc) => GradFunc): void {
  const stock = getGradient(kernelName);
  if (!stock || REPAIRED in stock) return;
  registerGradient(Object.assign({ ...stock, gradFunc: mend(stock.gradFunc) }, { [REPAIRED]: true }));
}

/** The sum over the axes that were broadcast from `shape`. */
function summedTo(slope: Tensor, shape: number[]): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, slope.shape);
  return axes.length === 0 ? slope : reshape(sum(slope, axes), shape);
}

/** Window size ÷ count of numbers inside the image, for each output place; undefined where no window leaves the image. */
function borderWeights(
  shape: number[],
  { filterSize, strides, pad, dimRoundingMode }: AvgPoolAttrs,
): Tensor | undefined {
  const info = backend_util.computePool2DInfo(
    shape as [number, number, number, number],
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  const inside = (out: number, stride: number, before: number, window: number, size: number): number[] =>
    Array.from({ length: out }, (_, at) => {
      const start = at * stride - before;
      return Math.min(size, start + window) - Math.max(0, start);
    });
  const rows = inside(info.outHeight, info.strideHeight, info.padInfo.top, info.filterHeight, info.inHeight);
  const columns = inside(info.outWidth, info.strideWidth, info.padInfo.left, info.filterWidth, info.inWidth);
  const window = info.filterHeight * info.filterWidth;
  const weights = rows.flatMap((row) => columns.map((column) => window / (row * column)));
  return weights.every((weight) => weight === 1) ? undefined : tensor4d(weights, [1, rows.length, columns.length, 1]);
}
