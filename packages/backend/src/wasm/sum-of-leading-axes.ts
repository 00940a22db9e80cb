import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import { floats, type WasmCall, type WasmKernel } from './wasm-backend.js';

/**
 * Sums over the first axes, as the gradient of every bias is one: row by row into float64 columns. The stock kernel
 * transposes all of x first (3–10 ns a number).
 */
export const sum: WasmKernel = { name: 'Sum', run: (call) => leading(call, 1) ?? call.stock(call) };

/** Means over the first axes, in the same way. */
export const mean: WasmKernel = {
  name: 'Mean',
  run: (call) => leading(call, undefined) ?? call.stock(call),
};

/** Undefined where the axes are not the first ones, or the numbers not floats. */
function leading({ inputs, attrs, backend }: WasmCall, scale: number | undefined): TensorInfo | undefined {
  const { x } = inputs as { x: TensorInfo };
  const axes = util.parseAxisParam(attrs.axis as number[], x.shape).sort((a, b) => a - b);
  const count = axes.length;
  if (x.dtype !== 'float32' || count === x.shape.length || axes.some((axis, i) => axis !== i)) return undefined;
  const kept = x.shape.slice(count);
  const width = util.sizeFromShape(kept);
  const rows = util.sizeFromShape(x.shape.slice(0, count));
  if (rows * width === 0) return undefined;
  const out = backend.makeOutput(attrs.keepDims ? [...axes.map(() => 1), ...kept] : kept, 'float32');
  const from = floats(backend, x);
  const to = floats(backend, out);
  const totals = new Float64Array(width);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let c = 0; c < width; c++, at++) totals[c]! += from[at]!;
  }
  const factor = scale ?? 1 / rows;
  for (let c = 0; c < width; c++) to[c] = totals[c]! * factor;
  return out;
}
