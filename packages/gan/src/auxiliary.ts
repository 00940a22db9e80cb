import { expectIntegers, fold, type Game, GenaiError, type Key, type Layer, split, type Tree } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { expectShape, scope, softmaxCrossEntropy } from '@genai/tensor';
import {
  add,
  addN,
  argMax,
  cast,
  equal,
  mean,
  mul,
  reshape,
  scalar,
  sign,
  slice,
  type Tensor,
} from '@tensorflow/tfjs-core';
import { type AdversarialBatch, type AdversarialMemory, type AdversarialOptions, adversarial } from './adversarial.js';
import { conditionalGan, type Gan, type GanParams, type GanParts } from './gan.js';

/** The parts of a model whose critic also tells the class. */
export interface AuxiliaryParts<G, D> extends Pick<GanParts<G, D>, 'prior'> {
  /** From codes and classes to examples. */
  readonly generator: Layer<Tensor, G, Conditioned>;
  /** From examples to (batch, 1 + classes): the number of a critic, then logits of the classes. It does not see the class. */
  readonly critic: Layer<Tensor, D>;
}

/** What {@link auxiliary} needs and can vary. */
export interface AuxiliaryOptions extends Pick<AdversarialOptions, 'loss' | 'regularizers' | 'decay'> {
  /** How many classes there are. */
  readonly classes: number;
  /** How much telling the class weighs beside the adversarial loss, 1 unless given. */
  readonly weight?: number;
}

/** A model whose critic also tells the class, and the game that trains it. */
export interface Auxiliary<G extends Tree<Tensor>, D extends Tree<Tensor>> {
  /** Conditional on a class, int32 (batch). */
  readonly model: Gan<G, D, Tensor>;
  /**
   * Beside what the game of {@link adversarial} tells: `classed`, the mean cross-entropy of the class of real examples in
   * nats, and `right`, the share of them whose class the critic tells.
   */
  readonly game: Game<
    Tensor,
    GanParams<G, D>,
    AdversarialBatch<Tensor>,
    'real' | 'fake' | 'sure' | 'path' | 'classed' | 'right',
    AdversarialMemory
  >;
}

/**
 * A critic that tells real from fake and the class besides: both players gain where it tells the class rightly, the critic of
 * real and generated examples, the generator of its own. Batches are `{ x, context }`, context the classes, int32 (batch).
 *
 * @example
 * const { model, game } = auxiliary(
 *   {
 *     generator: concatenated(mlp([64 + 10, 256, 784]), { classes: 10 }),
 *     critic: mlp([784, 256, 1 + 10]),
 *     prior: standardNormal(64),
 *   },
 *   { classes: 10, loss: nonSaturating() },
 * );
 * const step = compete(game, { optimizers: { critic: adam(2e-4), generator: adam(2e-4) } });
 * @throws GenaiError if `classes` is not an integer of at least 2 or the weight is negative; when run, if the critic does not
 * give (batch, 1 + classes).
 * @source Odena et al. 2017, "Conditional image synthesis with auxiliary classifier GANs", eq. 2 and 3.
 */
export function auxiliary<G extends Tree<Tensor>, D extends Tree<Tensor>>(
  { generator, critic, prior }: AuxiliaryParts<G, D>,
  { classes, weight = 1, loss, regularizers = [], ...options }: AuxiliaryOptions,
): Auxiliary<G, D> {
  expectIntegers('auxiliary', { classes }, 2);
  if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
    throw new GenaiError(`auxiliary: weight must be a finite number of at least 0, got ${weight}.`);
  }
  /** The number for each example, (batch), and the logits of its class, (batch, classes). */
  const both = (params: D, x: Tensor, key?: Key): { readonly judged: Tensor; readonly logits: Tensor } => {
    const y = critic.apply(params, x, key);
    const [batch] = expectShape('auxiliary: the critic', y, ['batch', 1 + classes]);
    return { judged: reshape(slice(y, [0, 0], [batch, 1]), [batch]), logits: slice(y, [0, 1], [batch, classes]) };
  };
  const model = conditionalGan<G, D>({
    generator,
    critic: {
      init: critic.init,
      apply: (params, { x }, key) => scope(() => both(params, x, key).judged),
    },
    prior,
  });
  const { init, memory } = adversarial<G, D, Tensor>(model, { loss, ...options });
  const forged = (params: G, context: Tensor, key: Key): Tensor => {
    const [forCodes, forLayers] = split(key);
    const z = model.prior().sample(forCodes, [context.shape[0]!]);
    return model.generate(params, z, context, forLayers); // (batch, …event)
  };
  const game: Auxiliary<G, D>['game'] = {
    init,
    players: {
      critic: ({ critic, generator }, { x, context }, key, turn) =>
        scope(() => {
          const [forFake, forReal, forJudged, forCosts] = split(key, 4);
          const fake = forged(generator, context, forFake);
          const real = both(critic, x, forReal);
          const made = both(critic, fake, forJudged);
          const classed = mean(softmaxCrossEntropy(real.logits, context)); // L_C of eq. 3, halves
          const cost = add(classed, mean(softmaxCrossEntropy(made.logits, context)));
          const judged = { real: real.judged, fake: made.judged };
          const judge = (x: Tensor): Tensor => model.judge(critic, x, context, forReal);
          const costs = regularizers.map((regularizer, i) =>
            regularizer({ judge, real: x, fake, judged, key: fold(forCosts, i), turn }),
          );
          return {
            loss: addN([loss.critic(judged.real, judged.fake), mul(cost, weight), ...costs]),
            real: mean(judged.real),
            fake: mean(judged.fake),
            sure: mean(sign(judged.real)),
            classed,
            right: mean(cast(equal(argMax(real.logits, 1), context), 'float32')),
          };
        }),
      generator: ({ critic, generator }, { x, context }, key) =>
        scope(() => {
          const [forFake, forReal, forJudged] = split(key, 3);
          const made = both(critic, forged(generator, context, forFake), forJudged);
          const cost = mean(softmaxCrossEntropy(made.logits, context));
          const real = (): Tensor => both(critic, x, forReal).judged;
          return { loss: add(loss.generator(made.judged, real), mul(cost, weight)), path: scalar(0) };
        }),
    },
    ...(memory && { memory }),
  };
  return { model, game };
}
