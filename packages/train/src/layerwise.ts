import { expectIntegers, GenaiError, type Optimizer, type Tree } from '@genai/core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type GroupedState, grouped } from './grouped.js';

/** What {@link layerwise} needs. */
export interface LayerwiseOptions<O extends Tree<Tensor>> {
  /** How much slower each layer learns than the one above it, above 0 to 1; 0.65 to 0.95 are usual. */
  readonly decay: number;
  /** How many layers there are. */
  readonly layers: number;
  /** The layer of a leaf, from 0, the nearest to the input, to `layers − 1`. */
  readonly layer: (path: string, leaf: Tensor) => number;
  /** The optimizer of a layer whose learning rate is to be multiplied with `factor`. */
  readonly optimizer: (factor: number) => Optimizer<Tensor, O>;
}

/**
 * An optimizer with slower learning towards the input: layer i has the learning rate times `decay^(layers − 1 − i)`.
 *
 * Fine-tuning keeps by it what lower layers have learnt before.
 *
 * @example
 * const blocks = 12;
 * layerwise({
 *   decay: 0.8,
 *   layers: blocks + 2, // the embedding below, the head above
 *   layer: (path) => {
 *     const block = /^blocks\.(\d+)\./.exec(path);
 *     return block ? Number(block[1]) + 1 : path.startsWith('embedding') ? 0 : blocks + 1;
 *   },
 *   optimizer: (factor) => adamW(scaled(warmupCosine({ peak: 1e-4, steps: 1_000 }), factor)),
 * });
 * @throws GenaiError unless 0 < `decay` ≤ 1 and `layers` is an integer above 0; when used, if a leaf is of no layer.
 * @source Clark et al. 2020, "ELECTRA: pre-training text encoders as discriminators", appendix B; Howard & Ruder 2018,
 * "Universal language model fine-tuning for text classification", section 3.2.
 */
export function layerwise<O extends Tree<Tensor>>({
  decay,
  layers,
  layer,
  optimizer,
}: LayerwiseOptions<O>): Optimizer<Tensor, GroupedState<readonly O[]>> {
  expectIntegers('layerwise', { layers });
  if (!(decay > 0 && decay <= 1)) {
    throw new GenaiError(`layerwise: decay must be above 0 and at most 1, got ${decay}.`);
  }
  const layerOf = (path: string, leaf: Tensor): number => {
    const found = layer(path, leaf);
    if (Number.isInteger(found) && found >= 0 && found < layers) return found;
    throw new GenaiError(
      `layerwise: "${path}" is of layer ${found}, expected an integer from 0 to ${layers - 1}. Mend \`layer\`, or \`layers\`.`,
    );
  };
  return grouped<readonly O[]>(
    ...Array.from({ length: layers }, (_, i) => ({
      when: (path: string, leaf: Tensor) => layerOf(path, leaf) === i,
      optimizer: optimizer(decay ** (layers - 1 - i)),
    })),
  );
}
