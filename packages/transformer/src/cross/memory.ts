import type { KeyValueCache } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What a decoder attends to beside its own past: the vectors of a text, a picture, a sound. */
export type Memory = {
  /** (batch, length, width) */
  readonly memory: Tensor;
  /** (batch, length): 1 where there is something, 0 where it is padding or not to be seen. Default: all is seen. */
  readonly mask?: Tensor;
};

/** What a block keeps of a {@link Memory}: its keys and values, (batch, length, keyHeads · headWidth), and the mask. */
export type Remembered = KeyValueCache & { readonly mask?: Tensor };
