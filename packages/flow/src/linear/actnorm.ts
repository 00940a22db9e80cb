import { expectIntegers, GenaiError } from '@genai/core';
import { expectShape, scope } from '@genai/tensor';
import {
  add,
  div,
  exp,
  log,
  mean,
  mul,
  neg,
  reshape,
  sqrt,
  square,
  sub,
  sum,
  type Tensor,
  zeros,
} from '@tensorflow/tfjs-core';
import type { Bijector } from '../bijector.js';
import { everywhere } from './everywhere.js';

/** A shift and a log-scale for each feature, (features) each. */
export type ActnormParams = { readonly shift: Tensor; readonly logScale: Tensor };

/**
 * Moves and scales each feature, y = (x + shift) · e^logScale, (batch, …, features); its `start` makes a first batch have mean 0
 * and deviation 1 in each, counted over examples and places.
 *
 * Until then it is the identity: see {@link startedFrom}.
 *
 * @example
 * const step = sequence(actnorm(12), luLinear(12, { key: key(1) }), coupling({ features: 12, map: affineMap() }));
 * @throws GenaiError unless `features` is an integer of at least 1; when applied, if x has another last axis; when started,
 * if the batch has but one place.
 * @source Kingma and Dhariwal 2018, "Glow: Generative flow with invertible 1×1 convolutions", section 3.1.
 */
export function actnorm(features: number): Bijector<ActnormParams> {
  const where = `actnorm(${features})`;
  expectIntegers(where, { features });
  return {
    init: () => ({ shift: zeros([features]), logScale: zeros([features]) }),
    forward: ({ shift, logScale }, x) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        return { y: mul(add(x, shift), exp(logScale)), logDet: everywhere(sum(logScale), x) };
      }),
    inverse: ({ shift, logScale }, y) =>
      scope(() => {
        expectShape(where, y, ['…', features]);
        return { x: sub(div(y, exp(logScale)), shift), logDet: everywhere(neg(sum(logScale)), y) };
      }),
    start: (_params, x) =>
      scope(() => {
        expectShape(where, x, ['…', features]);
        const rows = reshape(x, [x.size / features, features]);
        if (rows.shape[0]! < 2) {
          throw new GenaiError(
            `${where}: got a first batch of shape [${x.shape.join(', ')}]. Pass two examples or more.`,
          );
        }
        const center = mean(rows, 0); // (features)
        const deviation = sqrt(mean(square(sub(rows, center)), 0)); // (features)
        return { shift: neg(center), logScale: neg(log(add(deviation, LEAST))) };
      }),
  };
}

/** What keeps the scale of a feature that does not vary finite. */
const LEAST = 1e-6;
