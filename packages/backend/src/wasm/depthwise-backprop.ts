import type { TensorInfo } from '@tensorflow/tfjs-core';
import { type ConvGeometry, convGeometry } from './conv-geometry.js';
import { allocate, floats, type WasmKernel } from './wasm-backend.js';

/**
 * The gradient of depthwiseConv2d with respect to its filter.
 *
 * x: (batch, inHeight, inWidth, channels), dy: (batch, outHeight, outWidth, channels · multiplier) → (kernelHeight,
 * kernelWidth, channels, multiplier). Plain loops on the heap, about 4 ns a product.
 */
export const depthwiseBackpropFilter: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  run({ inputs, attrs, backend }): TensorInfo {
    const { x, dy } = inputs as { x: TensorInfo; dy: TensorInfo };
    const g = convGeometry(attrs, x.shape, attrs.filterShape as number[], true);
    const out = allocate(backend, attrs.filterShape as number[]);
    const [input, slope, filter] = [floats(backend, x), floats(backend, dy), floats(backend, out)];
    filter.fill(0);
    const multiplier = g.outChannels / g.inChannels;
    eachMeeting(g, (from, to, at) => {
      for (let c = 0; c < g.inChannels; c++) {
        const value = input[from + c]!;
        for (let q = c * multiplier; q < (c + 1) * multiplier; q++) filter[at + q]! += value * slope[to + q]!;
      }
    });
    return out;
  },
};

/** The gradient of depthwiseConv2d with respect to its input: dy, filter → inputShape. */
export const depthwiseBackpropInput: WasmKernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  run({ inputs, attrs, backend }): TensorInfo {
    const { dy, filter } = inputs as { dy: TensorInfo; filter: TensorInfo };
    const g = convGeometry(attrs, attrs.inputShape as number[], filter.shape, true);
    const out = allocate(backend, attrs.inputShape as number[]);
    const [weights, slope, result] = [floats(backend, filter), floats(backend, dy), floats(backend, out)];
    result.fill(0);
    const multiplier = g.outChannels / g.inChannels;
    eachMeeting(g, (from, to, at) => {
      for (let c = 0; c < g.inChannels; c++) {
        let sum = 0;
        for (let q = c * multiplier; q < (c + 1) * multiplier; q++) sum += slope[to + q]! * weights[at + q]!;
        result[from + c]! += sum;
      }
    });
    return out;
  },
};

/** Calls `visit` with the offsets of the input pixel, the output pixel and the kernel position that meet. */
function eachMeeting(g: ConvGeometry, visit: (input: number, output: number, kernel: number) => void): void {
  for (let n = 0; n < g.batch; n++) {
    for (let oy = 0; oy < g.outHeight; oy++) {
      for (let ox = 0; ox < g.outWidth; ox++) {
        const output = ((n * g.outHeight + oy) * g.outWidth + ox) * g.outChannels;
        for (let ky = 0; ky < g.kernelHeight; ky++) {
          const iy = oy * g.strideHeight + ky * g.dilationHeight - g.padTop;
          if (iy < 0 || iy >= g.inHeight) continue;
          for (let kx = 0; kx < g.kernelWidth; kx++) {
            const ix = ox * g.strideWidth + kx * g.dilationWidth - g.padLeft;
            if (ix < 0 || ix >= g.inWidth) continue;
            const input = ((n * g.inHeight + iy) * g.inWidth + ix) * g.inChannels;
            visit(input, output, (ky * g.kernelWidth + kx) * g.outChannels);
          }
        }
      }
    }
  }
}
