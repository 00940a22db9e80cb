import { backend_util, type TensorInfo } from '@tensorflow/tfjs-core';
import { allocate, floats, type WasmKernel } from './wasm-backend.js';

/**
 * The gradient of maxPool. The stock kernel looks for a maximum above the smallest positive float, so that a window of
 * negative numbers passes no gradient on.
 *
 * dy: (batch, outHeight, outWidth, channels), input: (batch, inHeight, inWidth, channels) → like input. Among equal
 * numbers the first takes all, as on the cpu engine.
 */
export const maxPoolGrad: WasmKernel = {
  name: 'MaxPoolGrad',
  run({ inputs, attrs, backend }): TensorInfo {
    const { dy, input } = inputs as { dy: TensorInfo; input: TensorInfo };
    const info = backend_util.computePool2DInfo(
      input.shape as [number, number, number, number],
      attrs.filterSize as number,
      attrs.strides as number,
      1,
      attrs.pad as 'same',
      attrs.dimRoundingMode as 'floor' | undefined,
    );
    const { inHeight, inWidth, inChannels: channels } = info;
    const out = allocate(backend, input.shape);
    const [slope, x, result] = [floats(backend, dy), floats(backend, input), floats(backend, out)];
    result.fill(0);
    let at = 0;
    for (let n = 0; n < info.batchSize; n++) {
      for (let oy = 0; oy < info.outHeight; oy++) {
        const top = oy * info.strideHeight - info.padInfo.top;
        for (let ox = 0; ox < info.outWidth; ox++) {
          const left = ox * info.strideWidth - info.padInfo.left;
          for (let c = 0; c < channels; c++, at++) {
            let best = -1;
            for (let iy = Math.max(0, top); iy < Math.min(inHeight, top + info.filterHeight); iy++) {
              for (let ix = Math.max(0, left); ix < Math.min(inWidth, left + info.filterWidth); ix++) {
                const place = ((n * inHeight + iy) * inWidth + ix) * channels + c;
                if (best < 0 || x[place]! > x[best]!) best = place;
              }
            }
            if (best >= 0) result[best]! += slope[at]!;
          }
        }
      }
    }
    return out;
  },
};
