import { expectIntegers, GenaiError } from '@genai/core';
import { scope, way } from '@genai/tensor';
import { reshape, type Tensor } from '@tensorflow/tfjs-core';
import { encode } from './encode.js';
import type { VaeWithMeans } from './reconstruct.js';

export interface InterpolateOptions {
  /** Images from `a` to `b`, both included; 8 unless given. */
  readonly steps?: number;
  /** Follow the arc between the latents instead of the line: it keeps their length where a Gaussian has its mass. */
  readonly spherical?: boolean;
}

/**
 * E[x | z] at `steps` points of the way from the latents of `a` to those of `b`: from (batch, …event) to
 * (steps, batch, …event).
 *
 * @example
 * using walk = owned(interpolate(digits, params, sevens, ones, { steps: 10, spherical: true }));
 * @throws GenaiError if `a` and `b` differ in shape or `steps` is not an integer of at least 2.
 * @source The arc: White 2016, "Sampling generative networks", section 2.1 (after Shoemake 1985).
 */
export function interpolate<P>(
  model: VaeWithMeans<P>,
  params: P,
  a: Tensor,
  b: Tensor,
  { steps = 8, spherical = false }: InterpolateOptions = {},
): Tensor {
  expectIntegers('interpolate', { steps }, 2);
  if (String(a.shape) !== String(b.shape)) {
    throw new GenaiError(`interpolate: a has shape [${a.shape}], b has shape [${b.shape}]. Pass batches of one shape.`);
  }
  return scope(() => {
    const from = encode(model, params, a); // (batch, …latent)
    const to = encode(model, params, b);
    const z = way(from, to, { steps, spherical }); // (steps, batch, …latent)
    const x = model.decode(params, reshape(z, [-1, ...z.shape.slice(2)])).mean(); // (steps · batch, …event)
    return reshape(x, [steps, a.shape[0] ?? 1, ...x.shape.slice(1)]);
  });
}
