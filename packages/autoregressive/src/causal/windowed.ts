import { expectIntegers, type Layer } from '@genai/core';
import { expectShape } from '@genai/tensor';
import { concat, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { Widths } from '../pointwise.js';
import type { SequenceNet } from '../sequence-net.js';
import { type PastState, pastNet } from './past-net.js';

export interface WindowedOptions extends Widths {
  /** How many inputs are seen, that of the present time among them. */
  readonly length: number;
}

/**
 * A layer of the last `length` inputs side by side, the earliest first, zeros before the first: (…, length · inputs) → (…, outputs).
 *
 * With an `mlp` of embedded tokens it is the neural probabilistic language model; with a length of 1 and one layer the bigram.
 * As in {@link pointwise}, the layer takes its last dimension by itself.
 *
 * @example
 * const net = windowed(mlp([8 * 24, 200, 64]), { length: 8, inputs: 24, outputs: 64 });
 * @throws GenaiError if a size is not an integer of at least 1; when run, if the input, the state or what the layer gives has
 * another shape.
 * @source Bengio et al. 2003, "A neural probabilistic language model", section 2.
 */
export function windowed<P>(
  layer: Layer<Tensor, P>,
  { length, inputs, outputs }: WindowedOptions,
): SequenceNet<P, PastState> {
  const where = `windowed(${length})`;
  expectIntegers(where, { length, inputs, outputs });
  const expectOutputs = (output: Tensor, shape: readonly number[]): Tensor => {
    expectShape(`${where}, what the layer gives`, output, [...shape, outputs]);
    return output;
  };
  return pastNet({
    where,
    inputs,
    outputs,
    reach: length - 1,
    init: layer.init,
    all: (params, seen, time, key) => {
      const batch = seen.shape[0]!;
      const places = Array.from({ length }, (_, i) => slice(seen, [0, i, 0], [batch, time, inputs]));
      return expectOutputs(layer.apply(params, concat(places, 2), key), [batch, time]);
    },
    last: (params, seen) => {
      const batch = seen.shape[0]!;
      return expectOutputs(layer.apply(params, reshape(seen, [batch, length * inputs])), [batch]);
    },
  });
}
