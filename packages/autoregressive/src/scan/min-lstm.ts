import type { DenseParams } from '@genai/nn';
import { logSigmoid } from '@genai/tensor';
import { sigmoid, sub, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';
import { gatedScan } from './gated-scan.js';

/** The columns of `input.weight`, (inputs, 3 · width), and of its bias are those of the forget gate, the input gate and the candidate. */
export type MinLstmParams = { readonly input: DenseParams };

/** `hidden`: (batch, width), positive. */
export type MinLstmState = { readonly hidden: Tensor };

/**
 * A minimal long short-term memory: (batch, time, inputs) → (batch, time, width), all steps of a run at once.
 *
 * Its gates see only the input and are normalised: hₜ = f′ₜ ⊙ hₜ₋₁ + i′ₜ ⊙ g(candidateₜ), f′ = f / (f + i), i′ = i / (f + i), where
 * g(x) = x + ½ for x ≥ 0 and σ(x) below 0 keeps states positive. It is the function of the paper's log-space version, computed without
 * logarithms of states; the state starts, as there, at g(0) = ½.
 *
 * @example
 * const net = minLstm(65, 256);
 * const params = net.init(key(0));
 * const { output, state } = net.run(params, x, net.start(params, 32)); // (32, time, 65) → (32, time, 256)
 * const next = net.step(params, frame, state); // (32, 65) → (32, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when run, if the input or the state has another shape.
 * @source Feng et al. 2024, "Were RNNs all we needed?", section 3.2 and appendix B.
 */
export function minLstm(inputs: number, width: number): SequenceNet<MinLstmParams, MinLstmState> {
  const name = `minLstm(${inputs}, ${width})`;
  return gatedScan({ name, inputs, width, gates: 2, keep: ([forget, input]) => share(forget!, input!) });
}

/** σ(a) / (σ(a) + σ(b)) = σ(log σ(a) − log σ(b)), also where both are so small that their sum is 0. */
function share(a: Tensor, b: Tensor): Tensor {
  return sigmoid(sub(logSigmoid(a), logSigmoid(b)));
}
