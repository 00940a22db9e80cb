import { type Game, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, mul, type Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialBatch, AdversarialMemory, AdversarialOptions } from './adversarial.js';
import type { GanParams } from './gan.js';
import { nonSaturating } from './losses.js';
import type { Translation } from './paired-translation.js';
import { convince, criticise, distance, expectWeights, firstMemory, nextMemory } from './translation-players.js';

/** What {@link pix2pix} can vary. */
export interface Pix2pixOptions extends Partial<Pick<AdversarialOptions, 'loss' | 'regularizers' | 'decay'>> {
  /** λ, how much the distance to the picture that was to be made weighs; 100 unless given. */
  readonly reconstruction?: number;
}

/**
 * The game of a critic and a translator that learns from pairs, for `compete`: the translator is to be taken for real beside
 * what it was given, and to be near the picture that belongs to it, which alone would leave it blurred.
 *
 * Batches are `{ x, context }`, as of every conditional model: x (batch, …to) is to be made of context (batch, …from).
 * Losses are means over all patches that the critic judges; a regulariser of the critic sees the mean over those of each
 * picture, and x without its context. Beside the losses of `critic` and `generator` it tells the mean of the critic's
 * numbers for `real` and for `fake` pictures, `sure`, the mean sign of those for real ones, and `reconstruction`, the mean
 * of |x − G(context)|, in the unit of a pixel.
 *
 * The paper halves the critic's loss, to slow it down; Adam does not see that, a smaller learning rate does it.
 *
 * @example
 * const step = compete(pix2pix(drawings), {
 *   optimizers: { critic: adam(2e-4, { b1: 0.5 }), generator: adam(2e-4, { b1: 0.5 }) },
 * });
 * const sharper = pix2pix(drawings, { loss: hinge(), reconstruction: 10, regularizers: [r1(1)] });
 * @throws GenaiError if the weight is negative or not finite, or the decay is not from 0 to 1; when run, if what is made does
 * not have the shape of x.
 * @source Isola et al. 2017, "Image-to-image translation with conditional adversarial networks", eq. 1, 3 and 4.
 */
export function pix2pix<G extends Tree<Tensor>, D extends Tree<Tensor>>(
  model: Translation<G, D>,
  { loss = nonSaturating(), reconstruction = 100, regularizers = [], decay = 0.99 }: Pix2pixOptions = {},
): Game<
  Tensor,
  GanParams<G, D>,
  AdversarialBatch<Tensor>,
  'real' | 'fake' | 'sure' | 'reconstruction',
  AdversarialMemory
> {
  expectWeights('pix2pix', { reconstruction, decay });
  return {
    init: model.init,
    players: {
      critic: ({ critic, generator }, { x, context }, key, turn) =>
        scope(() => {
          const [forFake, forCritic] = split(key);
          const fake = model.translate(generator, context, forFake); // (batch, …to)
          return criticise(
            (x, key) => model.judge(critic, x, context, key),
            { real: x, fake },
            { loss, regularizers },
            forCritic,
            turn,
          );
        }),
      generator: ({ critic, generator }, { x, context }, key) =>
        scope(() => {
          const [forFake, forCritic] = split(key);
          const fake = model.translate(generator, context, forFake); // (batch, …to)
          const apart = distance('pix2pix', fake, x); // eq. 3
          const taken = convince((x, key) => model.judge(critic, x, context, key), { real: x, fake }, loss, forCritic);
          return { loss: add(taken, mul(apart, reconstruction)), reconstruction: apart }; // eq. 4
        }),
    },
    memory: {
      init: firstMemory,
      next: (memory, told) => scope(() => nextMemory(memory, told, decay)),
    },
  };
}
