import { GenaiError, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, sub, type Tensor, zerosLike } from '@tensorflow/tfjs-core';
import type { PixelNet } from './pixel-net.js';

/** The state of {@link guided}: that of the net with its context, and without. */
export type GuidedState<S> = { readonly given: S; readonly free: S };

/**
 * Classifier-free guidance: a net whose outputs are u + scale · (c − u), of those with the context, c, and those with zeros in its
 * place, u. Scales above 1 draw what is more typical of the context, and less varied; 1 is the net itself.
 *
 * The outputs must be logits, as of {@link binaryPixels} and {@link levelPixels}: the result is then p(pixel | …, context) ∝
 * p(c)^scale p(u)^(1 − scale), a distribution that is scored and drawn as any. Train with `forget`, so that the net knows zeros.
 *
 * @example
 * const strong = conditionalPixelModel({ ...parts, net: guided(net, 2) }); // with the parameters trained for { ...parts, net }
 * @throws GenaiError if the net takes no context or the scale is not finite.
 * @source Ho and Salimans 2022, "Classifier-free diffusion guidance", eq. 6.
 */
export function guided<P, S extends Tree<Tensor>>(net: PixelNet<P, S>, scale: number): PixelNet<P, GuidedState<S>> {
  if (net.context === 0) throw new GenaiError('guided: the net takes no context. Make it with { context: a width }.');
  if (!Number.isFinite(scale)) throw new GenaiError(`guided: scale must be a finite number, got ${scale}.`);
  const between = (given: Tensor, free: Tensor): Tensor => add(free, mul(sub(given, free), scale));
  const without = (context: Tensor | undefined): Tensor | undefined => context && zerosLike(context);
  return {
    ...net,
    run: (params, x, context, key) =>
      scope(() => between(net.run(params, x, context, key), net.run(params, x, without(context), key))),
    start: (params, size, context) =>
      scope(() => ({ given: net.start(params, size, context), free: net.start(params, size, without(context)) })),
    step: (params, before, place, state) =>
      scope(() => {
        const given = net.step(params, before, place, state.given);
        const free = net.step(params, before, place, state.free);
        return { output: between(given.output, free.output), state: { given: given.state, free: free.state } };
      }),
  };
}
