import { GenaiError, mapTrees, type Objective, split, type Tree } from '@genai/core';
import { gather, scope, stopGradient } from '@genai/tensor';
import { add, addN, div, exp, log, mean, mul, neg, square, sub, sum, type Tensor } from '@tensorflow/tfjs-core';
import { codePerplexity } from './code-perplexity.js';
import { nearestCode } from './nearest-code.js';
import type { VqVae } from './vq-vae.js';

export interface VqLossOptions {
  /** β, how strongly vectors are held to their codes; 0.25 unless given. */
  readonly commitment?: number;
  /** Weight of what moves the codes to their vectors; 1 unless given, 0 to leave that to {@link codeBookUpdates} alone. */
  readonly codeBook?: number;
}

/**
 * The loss of a vector-quantised autoencoder: −log p(x | e) + ‖sg[z] − e‖² + β ‖z − sg[e]‖², with z the vector the encoder
 * gives and e its nearest code; sg stops gradients, and the decoder's go past the code straight to z.
 *
 * The first term is in nats and averaged over the batch, the squares also over the places of the grid, as in the source:
 * where an example has many pixels, β may be far larger than 1. The metrics are `distortion` (the first term), `commitment`
 * (‖z − e‖²), and `perplexity`, how many codes the batch uses ({@link codePerplexity}; the geometric mean over code books).
 *
 * @example
 * const step = codeBookUpdates(minimize(vqLoss(model, { commitment: 10, codeBook: 0 }), adam(1e-3)), model);
 * @throws GenaiError if a weight is negative or not finite.
 * @source van den Oord et al. 2017, "Neural discrete representation learning", eq. 3.
 */
export function vqLoss<P extends { readonly codes: C }, C extends Tree<Tensor>>(
  model: VqVae<P, C>,
  { commitment = 0.25, codeBook = 1 }: VqLossOptions = {},
): Objective<Tensor, P, Tensor, 'distortion' | 'commitment' | 'perplexity'> {
  for (const [name, value] of Object.entries({ commitment, codeBook })) {
    if (!(value >= 0 && value < Infinity)) {
      throw new GenaiError(`vqLoss: ${name} must be a finite number of at least 0, got ${value}.`);
    }
  }
  return {
    init: model.init,
    loss: (params, x, key) =>
      scope(() => {
        const [encoderKey, decoderKey] = split(key);
        const held: Tensor[] = [];
        const moved: Tensor[] = [];
        const entropies: Tensor[] = [];
        const z = mapTrees<Tensor, C>(
          (vectors, codes) => {
            const indices = nearestCode(codes!, vectors!); // (batch, …grid)
            const e = gather(codes!, indices); // (batch, …grid, width)
            held.push(distance(vectors!, stopGradient(e)));
            moved.push(distance(stopGradient(vectors!), e));
            entropies.push(log(codePerplexity(indices, codes!.shape[0]!)));
            return straightThrough(vectors!, e);
          },
          model.encode(params, x, encoderKey),
          params.codes,
        );
        const distortion = neg(mean(model.decode(params, z, decoderKey).logProb(x)));
        const commitments = addN(held);
        const pull = add(mul(commitments, commitment), mul(addN(moved), codeBook));
        const perplexity = exp(div(addN(entropies), entropies.length));
        return { loss: add(distortion, pull), distortion, commitment: commitments, perplexity };
      }),
  };
}

/** The values of `e` with the gradient of `z`. */
export function straightThrough(z: Tensor, e: Tensor): Tensor {
  return add(z, stopGradient(sub(e, z)));
}

/** ‖z − e‖², averaged over all but the last axis. */
function distance(z: Tensor, e: Tensor): Tensor {
  return mean(sum(square(sub(z, e)), -1));
}
