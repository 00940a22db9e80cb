import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvGeometry, convGeometry, imagesPerBlock } from './conv-geometry.js';
import { matMul, transposeInto } from './mat-mul.js';
import { allocate, floats, type WasmKernel, withPart } from './wasm-backend.js';

/**
 * The gradient of conv2d with respect to its input, which is also the transposed convolution:
 * columns = dy · Wᵀ, then every number is added where the window took it from.
 *
 * dy: (batch, outHeight, outWidth, outChannels), filter: (kernelHeight, kernelWidth, inChannels, outChannels) →
 * inputShape. Stands in for a stock kernel of 1–4 GFLOP/s.
 */
export const conv2DBackpropInput: WasmKernel = {
  name: 'Conv2DBackpropInput',
  run({ inputs, attrs, backend }): TensorInfo {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const g = convGeometry(attrs, attrs.inputShape as number[], filter.shape, false);
    const width = g.kernelHeight * g.kernelWidth * g.inChannels;
    const perImage = g.outHeight * g.outWidth;
    const out = allocate(backend, attrs.inputShape as number[]);
    floats(backend, out).fill(0);
    if (out.shape.some((size) => size === 0) || dy.shape.some((size) => size === 0)) return out;
    const transposed = allocate(backend, [g.outChannels, width]);
    try {
      transposeInto(floats(backend, filter), width, g.outChannels, floats(backend, transposed));
      const images = imagesPerBlock(g);
      for (let first = 0; first < g.batch; first += images) {
        const count = Math.min(images, g.batch - first);
        const columns = allocate(backend, [count * perImage, width]);
        try {
          withPart(backend, dy, first * perImage * g.outChannels, [count * perImage, g.outChannels], (slope) =>
            matMul(backend, slope, transposed, columns),
          );
          addColumns(floats(backend, columns), floats(backend, out), g, first, count);
        } finally {
          backend.disposeData(columns.dataId);
        }
      }
    } finally {
      backend.disposeData(transposed.dataId);
    }
    return out;
  },
};

/** Adds each window's numbers to the places of the images that the window covers. */
function addColumns(columns: Float32Array, out: Float32Array, g: ConvGeometry, first: number, count: number): void {
  const { inHeight, inWidth, inChannels } = g;
  let window = 0;
  for (let n = first; n < first + count; n++) {
    const image = n * inHeight * inWidth * inChannels;
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const left = ox * g.strideWidth - g.padLeft;
        // In a row, a window's columns lie side by side in both: one run of numbers, clipped to the image.
        const start = Math.max(0, -left) * inChannels;
        const end = Math.min(g.kernelWidth, inWidth - left) * inChannels;
        for (let ky = 0; ky < g.kernelHeight; ky++) {
          const iy = oy * g.strideHeight + ky - g.padTop;
          if (iy >= 0 && iy < inHeight) {
            const to = image + (iy * inWidth + left) * inChannels;
            for (let i = start; i < end; i++) out[to + i]! += columns[window + i]!;
          }
          window += g.kernelWidth * inChannels;
        }
      }
    }
  }
}
