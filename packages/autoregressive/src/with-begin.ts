import { type Distribution, GenaiError } from '@genai/core';
import { concat, expandDims, slice, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceModel } from './sequence-model.js';

/** What is fed and what is to be predicted, both (batch, predicted, …element); `skipped` elements, 0 or 1, are only given. */
export interface Shifted {
  readonly inputs: Tensor;
  readonly targets: Tensor;
  readonly skipped: number;
}

/**
 * Elements (batch, time, …element) one step apart: what is fed at a step and what follows it.
 *
 * @throws GenaiError, which begins with `where`, if nothing is left to predict.
 */
export function withBegin<P, S, C>(
  where: string,
  model: Pick<SequenceModel<P, S, Distribution<Tensor>, C>, 'begin'>,
  elements: Tensor,
): Shifted {
  const [batch, time, ...element] = elements.shape as [number, number, ...number[]];
  const zeros = element.map(() => 0);
  const skipped = model.begin ? 0 : 1;
  if (time <= skipped) {
    throw new GenaiError(
      `${where}: got sequences of ${time} ${time === 1 ? 'element' : 'elements'}, expected at least ${skipped + 1}: ` +
        'a model without a `begin` takes the first as given.',
    );
  }
  const before = slice(elements, [0, 0, ...zeros], [batch, time - 1, ...element]);
  if (!model.begin)
    return { inputs: before, targets: slice(elements, [0, 1, ...zeros], [batch, time - 1, ...element]), skipped };
  return { inputs: concat([expandDims(model.begin(batch), 1), before], 1), targets: elements, skipped };
}
