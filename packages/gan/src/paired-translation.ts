import { GenaiError, type Key, type Layer, type Model, type Samples, sizeOf, split } from '@genai/core';
import type { Conditioned } from '@genai/nn';
import { scope } from '@genai/tensor';
import { expandDims, reshape, type Tensor, tile } from '@tensorflow/tfjs-core';
import type { GanParams } from './gan.js';

/**
 * A model that makes a picture of another: from what it is given (batch, …from) to (batch, …to). What varies between its
 * draws is the noise of its own stochastic layers, dropout as a rule; without such, they are all alike.
 *
 * @typeParam G - the parameters of the translator, D - those of the critic, trees of tensors.
 */
export interface Translation<G, D> extends Model<GanParams<G, D>, Samples<Tensor>, Tensor> {
  /** (batch, …from) → (batch, …to). A `key` makes stochastic layers act; without one, there is one translation. */
  readonly translate: (generator: G, from: Tensor, key?: Key) => Tensor;
  /**
   * Numbers for (batch, …to) beside what it was made from, the higher, the more real: (batch, patches), one number for each
   * patch that the critic judges, at least one.
   */
  readonly judge: (critic: D, to: Tensor, from: Tensor, key?: Key) => Tensor;
}

/** The parts of {@link pairedTranslation}. */
export interface TranslationParts<G, D> {
  /** From pictures to pictures: {@link unetTranslator}, {@link residualTranslator}. Also called the generator. */
  readonly translator: Layer<Tensor, G>;
  /**
   * From `{ x, context }`, a picture and what it was made from, to (batch), (batch, 1) or a map of numbers, (batch, rows,
   * columns, 1): {@link pairedChannels} of a {@link patchCritic}.
   */
  readonly critic: Layer<Tensor, D, Conditioned>;
}

/**
 * A translation learnt from pairs: a `translator`, and a `critic` that sees what was made beside what it was made from.
 * Train it by the game {@link pix2pix}.
 *
 * `given(params, from).sample(key, shape)` has shape `shape + batch + to`: draws for each picture given, with the noise of
 * dropout also after training, as in the paper. `translate` without a key is the one translation without noise.
 *
 * @example
 * const drawings = pairedTranslation({
 *   translator: unetTranslator({ size: 28 }),
 *   critic: pairedChannels(patchCritic({ channels: 1 + 1, layers: 2 })),
 * });
 * const digits = drawings.translate(params.generator, outlines); // (batch, 28, 28, 1)
 * const several = drawings.given(params, outlines).sample(key(0), [3]); // (3, batch, 28, 28, 1)
 * @throws GenaiError, when it judges, if the critic gives anything but numbers for the patches of each picture.
 * @source Isola et al. 2017, "Image-to-image translation with conditional adversarial networks".
 */
export function pairedTranslation<G, D>({ translator, critic }: TranslationParts<G, D>): Translation<G, D> {
  const translate: Translation<G, D>['translate'] = (generator, from, key) => translator.apply(generator, from, key);
  return {
    init: (key) => {
      const [first, second] = split(key);
      return scope(() => ({ critic: critic.init(second), generator: translator.init(first) }));
    },
    translate,
    judge: (params, x, context, key) => scope(() => patchesOf(critic.apply(params, { x, context }, key), x.shape[0]!)), // (batch, patches)
    given: ({ generator }, from) => ({
      sample: (key, shape = []) =>
        scope(() => {
          const y = translate(generator, repeated(from, sizeOf(shape)), key); // (count · batch, …to)
          return reshape(y, [...shape, from.shape[0]!, ...y.shape.slice(1)]);
        }),
    }),
  };
}

/** (batch) or (batch, …, 1) → (batch, patches). */
function patchesOf(y: Tensor, batch: number): Tensor {
  if (y.shape[0] === batch && (y.rank === 1 || y.shape.at(-1) === 1)) return reshape(y, [batch, -1]);
  throw new GenaiError(
    `pairedTranslation: the critic: got shape [${y.shape.join(', ')}], expected [${batch}] or [${batch}, …, 1]: a number ` +
      'for each picture, or for each patch of it.',
  );
}

/** The pictures `count` times over. */
function repeated(x: Tensor, count: number): Tensor {
  if (count === 1) return x;
  const stacked = tile(expandDims(x, 0), [count, ...x.shape.map(() => 1)]);
  return reshape(stacked, [count * x.shape[0]!, ...x.shape.slice(1)]);
}
