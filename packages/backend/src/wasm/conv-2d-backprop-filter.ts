import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvGeometry, convGeometry, imagesPerBlock } from './conv-geometry.js';
import { matMul } from './mat-mul.js';
import { allocate, floats, type WasmKernel, withPart } from './wasm-backend.js';

/**
 * The gradient of conv2d with respect to its filter: dW = columns(x)ᵀ · dy, block of images by block of images.
 *
 * x: (batch, inHeight, inWidth, inChannels), dy: (batch, outHeight, outWidth, outChannels) → (kernelHeight,
 * kernelWidth, inChannels, outChannels).
 */
export const conv2DBackpropFilter: WasmKernel = {
  name: 'Conv2DBackpropFilter',
  run({ inputs, attrs, backend }): TensorInfo {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const g = convGeometry(attrs, x.shape, attrs.filterShape as number[], false);
    const rows = g.kernelHeight * g.kernelWidth * g.inChannels;
    const perImage = g.outHeight * g.outWidth;
    const out = allocate(backend, attrs.filterShape as number[]);
    floats(backend, out).fill(0);
    const images = imagesPerBlock(g);
    for (let first = 0; first < g.batch && rows * perImage * g.outChannels > 0; first += images) {
      const count = Math.min(images, g.batch - first);
      const width = count * perImage;
      const columns = allocate(backend, [rows, width]); // transposed: one row per kernel position and channel
      const part = allocate(backend, [rows, g.outChannels]);
      try {
        transposedColumns(floats(backend, x), floats(backend, columns), g, first, count);
        withPart(backend, dy, first * perImage * g.outChannels, [width, g.outChannels], (slope) =>
          matMul(backend, columns, slope, part),
        );
        const total = floats(backend, out);
        const term = floats(backend, part);
        for (let i = 0; i < total.length; i++) total[i]! += term[i]!;
      } finally {
        backend.disposeData(columns.dataId);
        backend.disposeData(part.dataId);
      }
    }
    return out;
  },
};

/** Lays out, for each kernel position and channel, the input numbers it meets at every output position. */
function transposedColumns(
  x: Float32Array,
  columns: Float32Array,
  g: ConvGeometry,
  first: number,
  count: number,
): void {
  const { inHeight, inWidth, inChannels, outHeight, outWidth } = g;
  const perImage = outHeight * outWidth;
  const width = count * perImage;
  const step = g.strideWidth * inChannels;
  for (let n = 0; n < count; n++) {
    const image = (first + n) * inHeight * inWidth * inChannels;
    for (let ky = 0; ky < g.kernelHeight; ky++) {
      for (let kx = 0; kx < g.kernelWidth; kx++) {
        const left = kx * g.dilationWidth - g.padLeft;
        // Output columns whose input column is inside the image.
        const ox0 = Math.min(outWidth, Math.max(0, Math.ceil(-left / g.strideWidth)));
        const ox1 = Math.max(ox0, Math.min(outWidth, Math.ceil((inWidth - left) / g.strideWidth)));
        for (let c = 0; c < inChannels; c++) {
          const row = ((ky * g.kernelWidth + kx) * inChannels + c) * width + n * perImage;
          for (let oy = 0; oy < outHeight; oy++) {
            const iy = oy * g.strideHeight + ky * g.dilationHeight - g.padTop;
            const to = row + oy * outWidth;
            if (iy < 0 || iy >= inHeight) {
              columns.fill(0, to, to + outWidth);
              continue;
            }
            for (let ox = 0; ox < ox0; ox++) columns[to + ox] = 0;
            let from = image + (iy * inWidth + left + ox0 * g.strideWidth) * inChannels + c;
            for (let ox = ox0; ox < ox1; ox++, from += step) columns[to + ox] = x[from]!;
            for (let ox = ox1; ox < outWidth; ox++) columns[to + ox] = 0;
          }
        }
      }
    }
  }
}
