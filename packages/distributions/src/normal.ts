import type { Distribution, Mean } from '@genai/core';
import { normalNoise, scope } from '@genai/tensor';
import { add, broadcastTo, div, log, mul, neg, square, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { Entropy } from './entropy.js';
import { broadcastShape, expectValue } from './shapes.js';

/** Normal distributions side by side. */
export interface Normal extends Distribution<Tensor>, Mean<Tensor>, Entropy<Tensor> {
  readonly kind: 'normal';
  readonly loc: Tensor;
  readonly scale: Tensor;
}

/**
 * N(loc, scale²), one for each element of `loc` and `scale`, which broadcast to the batch shape.
 *
 * `scale` must be positive; it is not checked, since reading it would stall an engine. Samples are reparameterised:
 * gradients flow through them to `loc` and `scale`.
 *
 * @example
 * const x = normal(zeros([3]), ones([3])).sample(key(0), [5]); // (5, 3)
 * @throws GenaiError if the shapes do not broadcast.
 */
export function normal(loc: Tensor, scale: Tensor): Normal {
  const batchShape = broadcastShape('normal', loc.shape, scale.shape);
  return {
    kind: 'normal',
    loc,
    scale,
    batchShape,
    eventShape: [],
    sample: (key, shape = []) => scope(() => add(loc, mul(scale, normalNoise(key, [...shape, ...batchShape])))),
    logProb: (x) => {
      expectValue('normal.logProb', x, { batchShape, eventShape: [] });
      return scope(() => {
        const z = div(sub(x, loc), scale); // (…, batch)
        return neg(add(mul(square(z), 0.5), add(log(scale), HALF_LOG_2PI)));
      });
    },
    mean: () => broadcastTo(loc, batchShape),
    entropy: () => scope(() => broadcastTo(add(log(scale), HALF_LOG_2PI + 0.5), batchShape)),
  };
}

const HALF_LOG_2PI = 0.9189385332046727; // ½ log 2π
