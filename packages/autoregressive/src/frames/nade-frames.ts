import { type Distribution, expectIntegers, split } from '@genai/core';
import { type DenseParams, dense, glorotUniform } from '@genai/nn';
import { scope } from '@genai/tensor';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type NadeWeights, nadeDistribution } from '../vectors/nade-distribution.js';
import { clamped } from './clamped.js';
import type { FrameDistribution, FrameEmission } from './frame-distribution.js';

/** The parameters of {@link nadeFrames}. */
export type NadeFramesParams = {
  /** What the notes of a frame share, (features, hidden) each. */
  readonly weights: NadeWeights;
  /** From what the net gives to the biases of the notes, (…, features). */
  readonly visible: DenseParams;
  /** From what the net gives to the biases of the hidden units, (…, hidden). */
  readonly hidden: DenseParams;
};

/**
 * Frames whose notes depend on each other: from the lowest up, each on those below it and on the past, by a neural autoregressive
 * distribution estimator whose biases come from the net. With a recurrent net it is the RNN-NADE.
 *
 * `logProb` is exact, for all notes at once; a draw takes as many steps as there are notes. In `complete` a note sees what is known
 * below it, and not what is known above.
 *
 * @example
 * const net = recurrentNet(lstm(88, 200));
 * const music = frameModel({ features: 88, net, emission: nadeFrames(net.outputs, 88, { hidden: 150 }) });
 * @throws GenaiError if a size is not an integer of at least 1; when used, if the last axis is not `inputs`.
 * @source Boulanger-Lewandowski et al. 2012, "Modeling temporal dependencies in high-dimensional sequences", section 4;
 * Larochelle and Murray 2011, "The neural autoregressive distribution estimator", eq. 4 and 5.
 */
export function nadeFrames(
  inputs: number,
  features: number,
  { hidden }: { readonly hidden: number },
): FrameEmission<NadeFramesParams> {
  expectIntegers(`nadeFrames(${inputs}, ${features})`, { inputs, features, hidden });
  const toVisible = dense(inputs, features, { initializer: glorotUniform });
  const toHidden = dense(inputs, hidden, { initializer: glorotUniform });
  return {
    init: (key) => {
      const [forInput, forOutput, forVisible, forHidden] = split(key, 4);
      return scope(() => ({
        weights: {
          input: glorotUniform(forInput, [features, hidden]),
          output: glorotUniform(forOutput, [features, hidden]),
        },
        visible: toVisible.init(forVisible),
        hidden: toHidden.init(forHidden),
      }));
    },
    given: (params, output): FrameDistribution => {
      const visible = toVisible.apply(params.visible, output); // (…batch, features)
      const biases = toHidden.apply(params.hidden, output); // (…batch, hidden)
      const withVisible = (visible: Tensor): Distribution<Tensor> =>
        nadeDistribution(params.weights, { visible, hidden: biases });
      return {
        ...withVisible(visible),
        complete: (key, x, known) => scope(() => withVisible(clamped(visible, x, known)).sample(key)),
      };
    },
  };
}
