import { expectIntegers, GenaiError } from '@genai/core';
import { scope, way } from '@genai/tensor';
import { stack, type Tensor, unstack } from '@tensorflow/tfjs-core';
import type { Gan } from './gan.js';

export interface InterpolateCodesOptions<C = void> {
  /** Examples from the first code to the last, both included; 8 unless given. */
  readonly steps?: number;
  /** Follow the arc between the codes instead of the line: it keeps their length where a Gaussian has its mass. */
  readonly spherical?: boolean;
  /** What a conditional model is given all along the way, a row for each code. */
  readonly context?: C;
}

/**
 * What the generator makes of `steps` points on the way between codes (batch, …latent): (steps, batch, …event).
 *
 * @example
 * const [a, b] = split(key(0));
 * using walk = owned(interpolateCodes(faces, params, normalNoise(a, [4, 64]), normalNoise(b, [4, 64]), { spherical: true }));
 * @throws GenaiError if the codes differ in shape or `steps` is not an integer of at least 2.
 * @source The arc: White 2016, "Sampling generative networks", section 2.1 (after Shoemake 1985).
 */
export function interpolateCodes<G, C = void>(
  model: Pick<Gan<G, unknown, C>, 'generate'>,
  { generator }: { readonly generator: G },
  from: Tensor,
  to: Tensor,
  { steps = 8, spherical = false, context }: InterpolateCodesOptions<C> = {},
): Tensor {
  expectIntegers('interpolateCodes', { steps }, 2);
  if (String(from.shape) !== String(to.shape)) {
    throw new GenaiError(
      `interpolateCodes: from has shape [${from.shape}], to has shape [${to.shape}]. Pass codes of one shape.`,
    );
  }
  return scope(() => {
    const points = unstack(way(from, to, { steps, spherical })); // each (batch, …latent)
    return stack(points.map((z) => model.generate(generator, z, context as C))); // (steps, batch, …event)
  });
}
