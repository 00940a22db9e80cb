import { fold, type Key } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, reshape, slice, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import type { PixelEmission } from '../src/pictures/pixel-emission.js';
import type { PixelNet } from '../src/pictures/pixel-net.js';

/** What drawing is defined as: for each pixel the whole net on all that is drawn so far. (batch, height, width, channels) */
export function drawNaively<P, S>(
  net: PixelNet<P, S>,
  emission: PixelEmission,
  params: P,
  shape: readonly [batch: number, height: number, width: number],
  key: Key,
  context?: Tensor,
): Tensor {
  const [batch, height, width] = shape;
  return scope(() => {
    let x: Tensor = zeros([...shape, net.channels]);
    for (let t = 0; t < height * width; t++) {
      const before = x;
      x = scope(() => {
        const outputs = net.run(params, before, context);
        const place = slice(outputs, [0, Math.floor(t / width), t % width, 0], [batch, 1, 1, net.outputs]);
        const pixel = emission.given({}, reshape(place, [batch, net.outputs])).sample(fold(key, t));
        const here = tensor(
          Float32Array.from({ length: height * width }, (_, i) => (i === t ? 1 : 0)),
          [1, height, width, 1],
        );
        return add(before, mul(here, reshape(pixel, [batch, 1, 1, net.channels])));
      });
      before.dispose();
    }
    return x;
  });
}
