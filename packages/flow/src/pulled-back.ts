import { type Distribution, GenaiError, sizeOf } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, broadcastTo, reshape, type Tensor } from '@tensorflow/tfjs-core';
import type { Forward, Inverse } from './bijector.js';

/** The distribution of what `forward` turns into draws from `base`; the two maps take rows, (rows, …event). */
export function pulledBack({
  base,
  eventShape,
  batchShape,
  forward,
  inverse,
}: {
  readonly base: Distribution<Tensor>;
  readonly eventShape: readonly number[];
  readonly batchShape: readonly number[];
  readonly forward: (x: Tensor) => Forward;
  readonly inverse: (z: Tensor) => Inverse;
}): Distribution<Tensor> {
  const inner = [...batchShape, ...eventShape];
  return {
    batchShape,
    eventShape,
    sample: (key, shape = []) =>
      scope(() => {
        const missing = batchShape.slice(base.batchShape.length); // a base without batch draws for each row of the context
        const z = base.sample(key, [...shape, ...missing]); // (…shape, …batch, …latent)
        const { x } = inverse(asRows(z, base.eventShape)); // (rows, …event)
        return reshape(x, [...shape, ...inner]);
      }),
    logProb: (x) =>
      scope(() => {
        const lead = x.shape.slice(0, Math.max(0, x.rank - inner.length));
        const whole = spread(x, [...lead, ...inner]); // (…lead, …batch, …event)
        const { y, logDet } = forward(asRows(whole, eventShape)); // (rows, …latent)
        const outer = [...lead, ...batchShape];
        const noise = base.logProb(reshape(y, [...outer, ...base.eventShape])); // (…lead, …batch)
        return add(noise, reshape(logDet, outer));
      }),
  };
}

function asRows(x: Tensor, event: readonly number[]): Tensor {
  return reshape(x, [sizeOf(x.shape) / Math.max(1, sizeOf(event)), ...event]);
}

function spread(x: Tensor, shape: readonly number[]): Tensor {
  if (String(x.shape) === String(shape)) return x;
  const tail = shape.slice(shape.length - x.rank);
  if (!x.shape.every((size, i) => size === 1 || size === tail[i])) {
    throw new GenaiError(`flow.logProb: x has shape [${x.shape.join(', ')}], expected […, ${shape.join(', ')}].`);
  }
  return broadcastTo(x, [...shape]);
}
