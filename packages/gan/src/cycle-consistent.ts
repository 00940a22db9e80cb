import { type Game, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, addN, mul, scalar, type Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialMemory, AdversarialOptions } from './adversarial.js';
import type { CycleGan, CycleGanParams, Ways } from './cycle-gan.js';
import { leastSquares } from './losses.js';
import { convince, criticise, distance, expectWeights, firstMemory, nextMemory } from './translation-players.js';

/**
 * Pictures of both kinds, (batch, …from) and (batch, …to), of which none need belong to another. `earlier` has translations
 * for the critics to judge in place of those of this round: {@link imagePool} puts them in.
 */
export type CycleBatch = { readonly from: Tensor; readonly to: Tensor; readonly earlier?: Kinds };

/** A tensor of each kind. */
export type Kinds = { readonly from: Tensor; readonly to: Tensor };

/** What {@link cycleConsistent} can vary. */
export interface CycleConsistentOptions extends Partial<Pick<AdversarialOptions, 'loss' | 'regularizers' | 'decay'>> {
  /** λ, how much it weighs that a picture comes back from there as it was; 10 unless given. */
  readonly cycle?: number;
  /**
   * How much it weighs that a translator leaves a picture as it is that is already of its kind: 0 unless given, 0.5 λ = 5 in the
   * paper where colours are to be kept. Both kinds must then have one shape.
   */
  readonly identity?: number;
}

/** What {@link cycleConsistent} tells beside the losses of both players. */
export type CycleMetric = 'realThere' | 'fakeThere' | 'realBack' | 'fakeBack' | 'cycle' | 'identity';

/**
 * The game of two critics, as one player, and two translators, as the other, that learn from pictures without pairs, for
 * `compete`: each translator is to be taken for real, and both one after the other are to give back what they began with.
 *
 * Batches are `{ from, to }`. The two critics share no parameter, so together they move as each would alone. Losses are means
 * over all patches; a regulariser acts on each critic and sees the mean over the patches of a picture. Beside the losses of
 * `critic` and `generator` it tells the mean of what each critic gave for real and for fake pictures, and the distances
 * `cycle` and `identity`, means over pixels of |a − b|, both directions added.
 *
 * @example
 * const step = compete(cycleConsistent(seasons, { identity: 5 }), {
 *   optimizers: { critic: adam(2e-4, { b1: 0.5 }), generator: adam(2e-4, { b1: 0.5 }) },
 * });
 * @throws GenaiError if a weight is negative or not finite, or the decay is not from 0 to 1; when run, if what comes back does
 * not have the shape of what went.
 * @source Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks", eq. 1 to 3, least
 * squares: section 4; identity: section 5.2.
 */
export function cycleConsistent<
  G extends Tree<Tensor>,
  F extends Tree<Tensor>,
  D extends Tree<Tensor>,
  E extends Tree<Tensor>,
>(
  { init, there, back }: CycleGan<G, F, D, E>,
  { loss = leastSquares(), cycle = 10, identity = 0, regularizers = [], decay = 0.99 }: CycleConsistentOptions = {},
): Game<Tensor, CycleGanParams<G, F, D, E>, CycleBatch, CycleMetric, Ways<AdversarialMemory, AdversarialMemory>> {
  expectWeights('cycleConsistent', { cycle, identity, decay });
  return {
    init,
    players: {
      critic: ({ critic, generator }, { from, to, earlier }, key, { step, memory }) =>
        scope(() => {
          const [forThere, forBack, forCriticThere, forCriticBack] = split(key, 4);
          const fake = earlier ?? {
            to: there.translate(generator.there, from, forThere),
            from: back.translate(generator.back, to, forBack),
          };
          const options = { loss, regularizers };
          const ofThere = criticise(
            (x, key) => there.judge(critic.there, x, from, key),
            { real: to, fake: fake.to },
            options,
            forCriticThere,
            { step, memory: memory.there },
          );
          const ofBack = criticise(
            (x, key) => back.judge(critic.back, x, to, key),
            { real: from, fake: fake.from },
            options,
            forCriticBack,
            { step, memory: memory.back },
          );
          return {
            loss: add(ofThere.loss, ofBack.loss),
            realThere: ofThere.real,
            fakeThere: ofThere.fake,
            realBack: ofBack.real,
            fakeBack: ofBack.fake,
          };
        }),
      generator: ({ critic, generator }, { from, to }, key) =>
        scope(() => {
          const [forThere, forBack, forRest, forIdentity] = split(key, 4);
          const [forCriticThere, forCriticBack, forReturnThere, forReturnBack] = split(forRest, 4);
          const G = (x: Tensor, key = forThere): Tensor => there.translate(generator.there, x, key);
          const F = (y: Tensor, key = forBack): Tensor => back.translate(generator.back, y, key);
          const fake = { to: G(from), from: F(to) };
          const taken = [
            convince(
              (y, key) => there.judge(critic.there, y, from, key),
              { real: to, fake: fake.to },
              loss,
              forCriticThere,
            ),
            convince(
              (x, key) => back.judge(critic.back, x, to, key),
              { real: from, fake: fake.from },
              loss,
              forCriticBack,
            ),
          ]; // eq. 1
          const returned = add(
            distance('cycleConsistent', F(fake.to, forReturnBack), from),
            distance('cycleConsistent', G(fake.from, forReturnThere), to),
          ); // eq. 2
          const [stayThere, stayBack] = split(forIdentity);
          const stayed =
            identity > 0
              ? add(
                  distance('cycleConsistent: identity', G(to, stayThere), to),
                  distance('cycleConsistent: identity', F(from, stayBack), from),
                )
              : scalar(0); // section 5.2
          return {
            loss: addN([...taken, mul(returned, cycle), mul(stayed, identity)]), // eq. 3
            cycle: returned,
            identity: stayed,
          };
        }),
    },
    memory: {
      init: () => ({ there: firstMemory(), back: firstMemory() }),
      next: (memory, told) =>
        scope(() => ({
          there: nextMemory(memory.there, { real: told.realThere, fake: told.fakeThere }, decay),
          back: nextMemory(memory.back, { real: told.realBack, fake: told.fakeBack }, decay),
        })),
    },
  };
}
