import { type Key, type Layer, split, type Tree } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { GanParams } from './gan.js';
import { ignoringContext } from './ignoring-context.js';
import { initParts } from './init-parts.js';
import { pairedTranslation, type Translation } from './paired-translation.js';

/** Something for each of the two directions. */
export type Ways<There, Back> = { readonly there: There; readonly back: Back };

/** The parameters of both translators and of both critics. */
export type CycleGanParams<G, F, D, E> = GanParams<Ways<G, F>, Ways<D, E>>;

/** The parts of {@link cycleGan}. */
export interface CycleGanParts<G, F, D, E> {
  /** From pictures of the first kind to the second. */
  readonly there: Layer<Tensor, G>;
  /** From the second kind to the first. */
  readonly back: Layer<Tensor, F>;
  /** Judges pictures of the second kind: (batch), (batch, 1) or a map of numbers, that of a {@link patchCritic}. */
  readonly criticThere: Layer<Tensor, D>;
  /** Judges pictures of the first kind. */
  readonly criticBack: Layer<Tensor, E>;
}

/** Two translations, there and back; each is used with its own part of the parameters. */
export interface CycleGan<G, F, D, E> extends Ways<Translation<G, D>, Translation<F, E>> {
  /** Draws fresh parameters for all four nets. */
  readonly init: (key: Key) => CycleGanParams<G, F, D, E>;
}

/**
 * A translation learnt without pairs, from pictures of two kinds: one translator there and one back, each with a critic that
 * knows its kind. Train it by the game {@link cycleConsistent}.
 *
 * @example
 * const seasons = cycleGan({
 *   there: residualTranslator({ channels: 3 }), // summer to winter
 *   back: residualTranslator({ channels: 3 }),
 *   criticThere: patchCritic({ channels: 3 }),
 *   criticBack: patchCritic({ channels: 3 }),
 * });
 * const winter = seasons.there.translate(params.generator.there, summer); // (batch, height, width, 3)
 * const again = seasons.back.translate(params.generator.back, winter); // near to summer
 * @source Zhu et al. 2017, "Unpaired image-to-image translation using cycle-consistent adversarial networks".
 */
export function cycleGan<
  G extends Tree<Tensor>,
  F extends Tree<Tensor>,
  D extends Tree<Tensor>,
  E extends Tree<Tensor>,
>({ there, back, criticThere, criticBack }: CycleGanParts<G, F, D, E>): CycleGan<G, F, D, E> {
  return {
    init: (key) => {
      const [first, second] = split(key);
      return scope(() => ({
        critic: initParts<Ways<D, E>>({ there: criticThere, back: criticBack }, second),
        generator: initParts<Ways<G, F>>({ there, back }, first),
      }));
    },
    there: pairedTranslation({ translator: there, critic: ignoringContext(criticThere) }),
    back: pairedTranslation({ translator: back, critic: ignoringContext(criticBack) }),
  };
}
