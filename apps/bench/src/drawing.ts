import type { Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { SetupOptions, Timed } from './workload.js';

/** Something that a model at its first parameters draws, timed beside training steps. */
export interface Drawing extends Timed {
  readonly load: (options: SetupOptions) => Drawn;
}

/** A drawing on the current engine. */
export interface Drawn {
  readonly params: Tree<Tensor>;
  /** Draws the i-th time. @returns the mean of what was drawn, which the table shows as the loss: it must be a number. */
  readonly draw: (i: number) => Promise<number>;
  readonly dispose: () => Promise<void>;
}
