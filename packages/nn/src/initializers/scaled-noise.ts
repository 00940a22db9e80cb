import { type Key, randomNormal, randomUniform, sizeOf } from '@genai/core';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';

/** N(0, deviation²), scaled on the host so that every engine starts from the same bits. */
export function scaledNormal(key: Key, shape: readonly number[], deviation: number): Tensor {
  return tensor(times(randomNormal(key, sizeOf(shape)), deviation), [...shape], 'float32');
}

/** U[−limit, limit). */
export function scaledUniform(key: Key, shape: readonly number[], limit: number): Tensor {
  return tensor(randomUniform(key, sizeOf(shape), { min: -limit, max: limit }), [...shape], 'float32');
}

/** Scales in place. */
export function times(values: Float32Array, factor: number): Float32Array {
  for (let i = 0; i < values.length; i++) values[i]! *= factor;
  return values;
}
