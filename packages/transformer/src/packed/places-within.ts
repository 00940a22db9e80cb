import { scope } from '@genai/tensor';
import {
  abs,
  cast,
  concat,
  maximum,
  minimum,
  mul,
  ones,
  range,
  slice,
  sub,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';

/**
 * The place of each token within its document, from 0: (batch, time) of int32 → same. A document is a run of one number.
 *
 * Its last step is a running maximum over where documents begin, found by doubling: memory stays linear in the length.
 */
export function placesWithin(segments: Tensor): Tensor {
  const [batch, time] = segments.shape as [number, number];
  return scope(() => {
    const numbers = cast(segments, 'float32'); // exact below 2²⁴
    const steps = abs(sub(slice(numbers, [0, 1], [batch, time - 1]), slice(numbers, [0, 0], [batch, time - 1])));
    const begins = concat([ones([batch, 1]), minimum(steps, 1)], 1); // 1 where a document begins
    const times = range(0, time);
    let first = mul(begins, times); // (batch, time)
    for (let back = 1; back < time; back *= 2) {
      const earlier = concat([zeros([batch, back]), slice(first, [0, 0], [batch, time - back])], 1);
      first = maximum(first, earlier);
    }
    return cast(sub(times, first), 'int32');
  });
}
