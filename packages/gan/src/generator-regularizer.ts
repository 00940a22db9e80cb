import type { Key, Turn } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialMemory } from './adversarial.js';

/**
 * What a regulariser of the generator may use.
 *
 * @typeParam G - the parameters of the generator; `unknown` for a regulariser that does not look at them.
 */
export type GeneratorView<G = unknown> = {
  /** The generator at the parameters to be moved and the context of the batch, (batch, …latent) → (batch, …event). */
  readonly generate: (z: Tensor) => Tensor;
  /** The parameters to be moved. */
  readonly generator: G;
  /** Codes drawn from the prior, (batch, …latent). */
  readonly z: Tensor;
  /** What the generator made of them, not augmented, (batch, …event). */
  readonly fake: Tensor;
  readonly key: Key;
  readonly turn: Turn<Tensor, AdversarialMemory>;
};

/**
 * Costs, scalars, that are added to the generator's loss. One may tell a mean `path` length, whose running mean the game
 * remembers.
 */
export type GeneratorRegularizer<G = unknown> = (view: GeneratorView<G>) => {
  readonly cost: Tensor;
  readonly path?: Tensor;
};
