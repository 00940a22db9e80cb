import { scope } from '@genai/tensor';
import { pad, reshape, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The filter of a convolution that sees the first places in raster order only: (seen, inputs, outputs) → (height, width, inputs,
 * outputs), zeros where it sees nothing. Convolved with `padding: 'same'` its centre is the pixel itself.
 */
export function rasterFilter(weight: Tensor, height: number, width: number): Tensor {
  const [seen, inputs, outputs] = weight.shape as [number, number, number];
  return scope(() => {
    const whole = pad(weight, [[0, height * width - seen], NONE, NONE]); // (height · width, inputs, outputs)
    return reshape(whole, [height, width, inputs, outputs]);
  });
}

const NONE: [number, number] = [0, 0];
