import { type Distribution, expectIntegers, GenaiError, type Model } from '@genai/core';
import { scope, valueAndGrad } from '@genai/tensor';
import { add, mul, sub, sum, type Tensor } from '@tensorflow/tfjs-core';

/** How {@link attributions} looks. */
export interface AttributionsOptions {
  /** Where a log-density is compared with, (…event) or (batch, …event): a typical example, the mean of the data. */
  readonly reference: Tensor;
  /** Points on the way from there: 64 unless given. */
  readonly steps?: number;
}

/**
 * How much each dimension of each example adds to or takes from its log-density, in nats beside that of a reference: (batch, …event),
 * integrated gradients along the straight way. They add up to log p(x) − log p(reference), up to the error of the quadrature.
 *
 * Of an anomaly the most negative say which of its features are odd, given the others.
 *
 * @example
 * using why = owned(attributions(density, params, rows, { reference: typical })); // (batch, 6)
 * @throws GenaiError if `steps` is not an integer of at least 1 or the reference has another shape.
 * @source Sundararajan et al. 2017, "Axiomatic attribution for deep networks", eq. 1 and 3.
 */
export function attributions<P>(
  model: Model<P, Distribution<Tensor>>,
  params: P,
  x: Tensor,
  { reference, steps = 64 }: AttributionsOptions,
): Tensor {
  expectIntegers('attributions', { steps });
  if (![String(x.shape), String(x.shape.slice(1))].includes(String(reference.shape))) {
    throw new GenaiError(`attributions: reference has shape [${reference.shape}], expected [${x.shape.slice(1)}].`);
  }
  return scope(() => {
    const way = sub(x, reference); // (batch, …event)
    let total: Tensor | undefined;
    for (let i = 0; i < steps; i++) {
      const at = add(reference, mul(way, (i + 0.5) / steps)); // the middle of each part
      const slope = scope(
        () => valueAndGrad((x) => ({ loss: sum(model.given(params).logProb(x)) }), at).grad, // (batch, …event)
      );
      total = total ? add(total, slope) : slope;
    }
    return mul(way, mul(total!, 1 / steps));
  });
}
