import type { Key, Turn } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { AdversarialMemory } from './adversarial.js';

/** What a regulariser of the critic may use. */
export type CriticView = {
  /** The critic at the parameters to be moved, (batch, …event) → (batch). */
  readonly judge: (x: Tensor) => Tensor;
  /** Real examples as the critic saw them, (batch, …event). */
  readonly real: Tensor;
  /** As many of the generator's. */
  readonly fake: Tensor;
  /** What the critic gave for them, (batch). */
  readonly judged: { readonly real: Tensor; readonly fake: Tensor };
  readonly key: Key;
  readonly turn: Turn<Tensor, AdversarialMemory>;
};

/** A cost, a scalar, that is added to the critic's loss. */
export type Regularizer = (view: CriticView) => Tensor;
