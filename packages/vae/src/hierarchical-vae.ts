import { type Distribution, expectIntegers, GenaiError, type Key, type Mean, type Model, split } from '@genai/core';
import { scope } from '@genai/tensor';
import { split as cut, type Tensor } from '@tensorflow/tfjs-core';
import { chained } from './chained.js';
import { repeatRows } from './repeat-rows.js';
import { type Vae, type VaeParams, vae } from './vae.js';
import type { WithContext } from './with-context.js';

/** What there is one of for each of the two layers of latents. */
export type Layers<T, B = T> = { readonly top: T; readonly bottom: B };

type Moments = Distribution<Tensor> & Mean<Tensor>;

/**
 * A variational autoencoder with two layers of latents, vectors: p(z₂) p(z₁ | z₂) p(x | z₁, z₂), and q(z₂ | x) q(z₁ | x, z₂).
 *
 * `top` is z₂, `bottom` z₁. The model is a {@link Vae} of the vector z = (z₂, z₁), so that every objective and use takes it;
 * the KL divergence has no closed form then and is estimated with the z that is decoded. Means, as of `reconstruct`, are
 * E[z₂], then E[z₁] at that z₂.
 *
 * @example
 * const model = hierarchicalVae({
 *   latents: { top: 8, bottom: 16 },
 *   encoder: {
 *     top: gaussian(mlp([784, 256, 2 * 8])), //                     q(z₂ | x)
 *     bottom: withContext(gaussian(mlp([784 + 8, 256, 2 * 16]))), // q(z₁ | x, z₂), z₂ being the context
 *   },
 *   prior: { top: standardNormal(8), bottom: gaussian(mlp([8, 64, 2 * 16])) }, // p(z₂), p(z₁ | z₂)
 *   decoder: withContext(binary(mlp([16 + 8, 256, 784]))), //       p(x | z₁, z₂), z₁ being the input
 * });
 * const step = minimize(elbo(model, { beta: linear(0, 1, 10_000) }), adam(1e-3)); // warm-up keeps the top layer in use
 * @throws GenaiError if a size is not an integer of at least 1; when used, if a distribution of z does not have that size.
 * @source Tomczak and Welling 2018, "VAE with a VampPrior", section 4 (the two-layered model).
 */
export function hierarchicalVae<E2, E1, D, R2, R1, X extends Distribution<Tensor>>(parts: {
  readonly latents: Layers<number>;
  readonly encoder: Layers<Model<E2, Moments, Tensor>, Model<E1, Moments, WithContext>>;
  readonly prior: Layers<Model<R2, Moments>, Model<R1, Moments, Tensor>>;
  readonly decoder: Model<D, X, WithContext>;
}): Vae<VaeParams<Layers<E2, E1>, D, Layers<R2, R1>>, Moments, X> {
  const { latents, encoder, prior, decoder } = parts;
  expectIntegers('hierarchicalVae', { 'latents.top': latents.top, 'latents.bottom': latents.bottom });
  return vae({
    encoder: {
      init: (key) => initBoth(encoder, key),
      given: (params: Layers<E2, E1>, x, key) => {
        const [forTop, forBottom] = key ? split(key) : [undefined, undefined];
        return joint(latents, encoder.top.given(params.top, x, forTop), (z2) => {
          const input = repeatRows('hierarchicalVae', x, z2.shape[0] ?? 1);
          return encoder.bottom.given(params.bottom, { input, context: z2 }, forBottom);
        });
      },
    },
    prior: {
      init: (key) => initBoth(prior, key),
      given: (params: Layers<R2, R1>) =>
        joint(latents, prior.top.given(params.top), (z2) => prior.bottom.given(params.bottom, z2)),
    },
    decoder: {
      init: decoder.init,
      given: (params, z, key) => {
        const [context, input] = cut(z, [latents.top, latents.bottom], -1) as [Tensor, Tensor];
        return decoder.given(params, { input, context }, key);
      },
    },
  });
}

/** One distribution of (z₂, z₁). */
export function joint(latents: Layers<number>, top: Moments, bottom: (z2: Tensor) => Moments): Moments {
  const expectLatents = (layer: keyof Layers<number>, { eventShape }: Moments): void => {
    if (eventShape.length === 1 && eventShape[0] === latents[layer]) return;
    throw new GenaiError(
      `hierarchicalVae: a distribution of the ${layer} layer has events of [${eventShape}], expected [${latents[layer]}].`,
    );
  };
  expectLatents('top', top);
  return chained({
    first: top,
    second: (z2) => {
      const given = bottom(z2);
      expectLatents('bottom', given);
      return given;
    },
    features: latents.bottom,
  });
}

type Initial<P> = Pick<Model<P, never>, 'init'>;

function initBoth<A, B>(layers: Layers<Initial<A>, Initial<B>>, key: Key): Layers<A, B> {
  const [a, b] = split(key);
  return scope<unknown>(() => ({ top: layers.top.init(a), bottom: layers.bottom.init(b) })) as Layers<A, B>;
}
