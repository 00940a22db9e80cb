import { sizeOf } from '@genai/core';
import { broadcastTo, mul, type Tensor } from '@tensorflow/tfjs-core';

/** A log-determinant that is the same at every place of every example, a scalar: that of events, (batch). */
export function everywhere(logDet: Tensor, x: Tensor): Tensor {
  return broadcastTo(mul(logDet, sizeOf(x.shape.slice(1, -1))), [x.shape[0]!]);
}
