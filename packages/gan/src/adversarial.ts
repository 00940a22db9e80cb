import { fold, type Game, GenaiError, isLeaf, type Key, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import { add, addN, clipByValue, mean, mul, scalar, sign, sub, type Tensor } from '@tensorflow/tfjs-core';
import { blended } from './blended.js';
import type { Gan, GanParams } from './gan.js';
import type { GeneratorRegularizer } from './generator-regularizer.js';
import type { AdversarialLoss } from './losses.js';
import type { Regularizer } from './regularizer.js';

/** Changes examples before the critic sees them, differentiably, as strongly as `strength` (a scalar from 0 to 1) says. */
export type Augmentation = (x: Tensor, key: Key, strength: Tensor) => Tensor;

/** What the game remembers of earlier rounds, scalars all. */
export type AdversarialMemory = {
  /** Running means of what the critic gave for real and for generated examples. */
  readonly real: Tensor;
  readonly fake: Tensor;
  /** How strongly examples are augmented, from 0 to 1. */
  readonly strength: Tensor;
  /** Running mean of the path lengths, 0 where none is measured. */
  readonly path: Tensor;
};

/** A batch: examples alone, or with what they are conditioned on. */
export type AdversarialBatch<C> = C extends Tensor ? { readonly x: Tensor; readonly context: C } : Tensor;

/** What {@link adversarial} needs and can vary; G: the parameters of the generator. */
export interface AdversarialOptions<G = unknown> {
  readonly loss: AdversarialLoss;
  /** Costs added to the critic's loss. */
  readonly regularizers?: readonly Regularizer[];
  /** Costs added to the generator's loss. */
  readonly generatorRegularizers?: readonly GeneratorRegularizer<G>[];
  /** Augments what the critic sees, real and generated alike; the generator learns through it. */
  readonly augment?: Augmentation;
  /**
   * How strong the augmentation is: a number from 0 to 1 (1 unless given), or adaptive: rising while the critic is surer of
   * its real examples than `target` (the mean sign of its numbers for them), by `speed` a round, and falling otherwise.
   */
  readonly strength?: number | { readonly target?: number; readonly speed: number };
  /** How much of the running means stays in a round; 0.99 unless given. */
  readonly decay?: number;
}

/**
 * The game of a critic and a generator, for `compete`: the critic moves first.
 *
 * Batches are examples (batch, …event), of a conditional model `{ x, context }`. Beside the losses of `critic` and
 * `generator` it tells the mean of the critic's numbers for `real` and for `fake` examples, `sure`, the mean sign of those
 * for real ones, and the mean `path` length, 0 where no regulariser of the generator measures it.
 *
 * @example
 * const game = adversarial(points, { loss: relativistic(), regularizers: [r1(0.1), r2(0.1)] });
 * const step = compete(game, { optimizers: { critic: adam(1e-3), generator: adam(1e-3) } });
 * @throws GenaiError if a strength, a target, a speed or a decay is out of range.
 * @source Goodfellow et al. 2014, "Generative adversarial nets", algorithm 1; adaptive strength: Karras et al. 2020, "Training
 * generative adversarial networks with limited data", section 3.1 and eq. 1 (r_t).
 */
export function adversarial<G extends Tree<Tensor>, D extends Tree<Tensor>, C>(
  model: Gan<G, D, C>,
  {
    loss,
    regularizers = [],
    generatorRegularizers = [],
    augment,
    strength = 1,
    decay = 0.99,
  }: AdversarialOptions<NoInfer<G>>,
): Game<Tensor, GanParams<G, D>, AdversarialBatch<C>, 'real' | 'fake' | 'sure' | 'path', AdversarialMemory> {
  const start = typeof strength === 'number' ? strength : 0;
  expectShare('strength', start);
  expectShare('decay', decay);
  if (typeof strength === 'object') {
    expectShare('strength.target', strength.target ?? TARGET);
    expectShare('strength.speed', strength.speed);
  }
  /** Codes, the generator for such a batch, what it makes of them, and that as the critic is to see it. */
  const forged = (generator: G, rows: number, context: C, key: Key, seen: (x: Tensor, key: Key) => Tensor) => {
    const [forCodes, forLayers, forSight] = split(key, 3);
    const generate = (z: Tensor): Tensor => model.generate(generator, z, context, forLayers);
    const z = model.prior().sample(forCodes, [rows]); // (batch, …latent)
    const made = generate(z); // (batch, …event)
    return { z, generate, made, fake: seen(made, forSight) };
  };
  const sight =
    (memory: AdversarialMemory) =>
    (x: Tensor, key: Key): Tensor =>
      augment ? augment(x, key, memory.strength) : x;
  return {
    init: model.init,
    players: {
      critic: ({ critic, generator }, batch, key, turn) =>
        scope(() => {
          const { x, context } = partsOf<C>(batch);
          const [forFake, forSight, forLayers, forCosts] = split(key, 4);
          const seen = sight(turn.memory);
          const real = seen(x, forSight); // (batch, …event)
          const { fake } = forged(generator, x.shape[0]!, context, forFake, seen);
          const [realKey, fakeKey] = split(forLayers);
          const judged = {
            real: model.judge(critic, real, context, realKey), // (batch)
            fake: model.judge(critic, fake, context, fakeKey),
          };
          const judge = (x: Tensor): Tensor => model.judge(critic, x, context, realKey);
          const costs = regularizers.map((cost, i) =>
            cost({ judge, real, fake, judged, key: fold(forCosts, i), turn }),
          );
          return {
            loss: addN([loss.critic(judged.real, judged.fake), ...costs]),
            real: mean(judged.real),
            fake: mean(judged.fake),
            sure: mean(sign(judged.real)),
          };
        }),
      generator: ({ critic, generator }, batch, key, turn) =>
        scope(() => {
          const { x, context } = partsOf<C>(batch);
          const [forFake, forSight, forLayers, forCosts] = split(key, 4);
          const seen = sight(turn.memory);
          const { z, generate, made, fake } = forged(generator, x.shape[0]!, context, forFake, seen);
          const [realKey, fakeKey] = split(forLayers);
          const real = (): Tensor => model.judge(critic, seen(x, forSight), context, realKey);
          const costs = generatorRegularizers.map((regularize, i) =>
            regularize({ generate, generator, z, fake: made, key: fold(forCosts, i), turn }),
          );
          const paths = costs.flatMap(({ path }) => path ?? []);
          return {
            loss: addN([
              loss.generator(model.judge(critic, fake, context, fakeKey), real),
              ...costs.map(({ cost }) => cost),
            ]),
            path: paths.length > 0 ? mul(addN(paths), 1 / paths.length) : scalar(0),
          };
        }),
    },
    memory: {
      init: () => ({ real: scalar(0), fake: scalar(0), strength: scalar(start), path: scalar(0) }),
      next: (memory, told) =>
        scope(() => ({
          real: blended(memory.real, told.real, decay),
          fake: blended(memory.fake, told.fake, decay),
          strength:
            typeof strength === 'number'
              ? memory.strength
              : clipByValue(
                  add(memory.strength, mul(sign(sub(told.sure, strength.target ?? TARGET)), strength.speed)),
                  0,
                  1,
                ),
          path: blended(memory.path, told.path, decay),
        })),
    },
  };
}

/** Of Karras et al. 2020, section 3.1. */
const TARGET = 0.6;

function partsOf<C>(batch: AdversarialBatch<C>): { readonly x: Tensor; readonly context: C } {
  if (isLeaf(batch)) return { x: batch as Tensor, context: undefined as C };
  return batch as unknown as { readonly x: Tensor; readonly context: C };
}

function expectShare(name: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw new GenaiError(`adversarial: ${name} must be from 0 to 1, got ${value}.`);
}
