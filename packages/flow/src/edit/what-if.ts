import { GenaiError } from '@genai/core';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { ConditionalFlow } from '../conditional-flow.js';

/**
 * What each example would be in another context, had everything else about it been the same: f⁻¹(f(x; was); would), (batch, …event).
 *
 * The noise that made x in its own context is found exactly and kept. It answers as the model was trained: where a context only goes
 * along with something without causing it, so does the answer.
 *
 * @example
 * using asFemale = owned(whatIf(penguins, params, rows, { was: species, would: otherSpecies })); // (batch, 4)
 * @throws GenaiError if the contexts differ in shape or have not a row for each example.
 * @source Pawlowski et al. 2020, "Deep structural causal models for tractable counterfactual inference", eq. 8 to 10.
 */
export function whatIf<P>(
  model: ConditionalFlow<P>,
  params: P,
  x: Tensor,
  { was, would }: { readonly was: Tensor; readonly would: Tensor },
): Tensor {
  if (String(was.shape) !== String(would.shape) || was.shape[0] !== x.shape[0]) {
    throw new GenaiError(
      `whatIf: x has shape [${x.shape}], was [${was.shape}], would [${would.shape}]. Pass both contexts with a row for each example.`,
    );
  }
  return scope(() => model.at(would).inverse(params, model.at(was).forward(params, x).y).x);
}
