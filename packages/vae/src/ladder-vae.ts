import { type Distribution, type Mean, type Model, split } from '@genai/core';
import { type Independent, independent, type Normal, normal } from '@genai/distributions';
import { scope } from '@genai/tensor';
import { add, div, mul, sqrt, square, type Tensor } from '@tensorflow/tfjs-core';
import { hierarchicalVae, joint, type Layers } from './hierarchical-vae.js';
import { lowerBound } from './lower-bound.js';
import { repeatRows } from './repeat-rows.js';
import type { Vae, VaeParams } from './vae.js';
import type { WithContext } from './with-context.js';
import { withoutContext } from './without-context.js';

type Moments = Distribution<Tensor> & Mean<Tensor>;

/**
 * A ladder variational autoencoder with two layers of latents: as {@link hierarchicalVae}, but q(z₁ | x, z₂) is what the encoder
 * says of z₁ times what the generative model says, p(z₁ | z₂), each weighed by its precision.
 *
 * `encoder.bottom` sees x alone; both parts of z₁ are normal. The encoder thus need only learn what p(z₁ | z₂) does not know,
 * which keeps the top layer in use.
 *
 * @example
 * const model = ladderVae({
 *   latents: { top: 8, bottom: 16 },
 *   encoder: { top: gaussian(mlp([784, 256, 2 * 8])), bottom: gaussian(mlp([784, 256, 2 * 16])) },
 *   prior: { top: standardNormal(8), bottom: gaussian(mlp([8, 64, 2 * 16])) },
 *   decoder: withoutContext(binary(mlp([16, 256, 784]))),
 * });
 * @throws GenaiError if a size is not an integer of at least 1; when used, if a distribution of z does not have that size.
 * @source Sønderby et al. 2016, "Ladder variational autoencoders" (precision-weighted inference).
 */
export function ladderVae<E2, E1, D, R2, R1, X extends Distribution<Tensor>>(parts: {
  readonly latents: Layers<number>;
  readonly encoder: Layers<Model<E2, Moments, Tensor>, Model<E1, Independent<Normal>, Tensor>>;
  readonly prior: Layers<Model<R2, Moments>, Model<R1, Independent<Normal>, Tensor>>;
  readonly decoder: Model<D, X, WithContext>;
}): Vae<VaeParams<Layers<E2, E1>, D, Layers<R2, R1>>, Moments, X> {
  const { latents, encoder, prior } = parts;
  const base = hierarchicalVae({ ...parts, encoder: { ...encoder, bottom: withoutContext(encoder.bottom) } });
  const model: typeof base = {
    ...base,
    encode: (params, x, key) => {
      const [forTop, forBottom] = key ? split(key) : [undefined, undefined];
      const seen = encoder.bottom.given(params.encoder.bottom, x, forBottom);
      return joint(latents, encoder.top.given(params.encoder.top, x, forTop), (z2) =>
        combined(seen, prior.bottom.given(params.prior.bottom, z2), z2.shape[0] ?? 1),
      );
    },
    given: (params, context, layers) => ({
      ...base.given(params, context, layers),
      logProbBound: (x, key, samples = 1) => lowerBound(model, params, x, { key, samples, ...(layers && { layers }) }),
    }),
  };
  return model;
}

/** The product of two normal densities, normalised: precisions add, means are weighed by them. */
function combined({ base: seen }: Independent<Normal>, { base: known }: Independent<Normal>, rows: number) {
  const { loc, scale } = scope(() => {
    const again = (x: Tensor): Tensor => repeatRows('ladderVae', x, rows);
    const [a, b] = [div(1, square(again(seen.scale))), div(1, square(known.scale))]; // precisions, (rows, latents)
    const variance = div(1, add(a, b));
    return { loc: mul(variance, add(mul(again(seen.loc), a), mul(known.loc, b))), scale: sqrt(variance) };
  });
  return independent(normal(loc, scale), 1);
}
