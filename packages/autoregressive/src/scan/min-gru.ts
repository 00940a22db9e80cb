import type { DenseParams } from '@genai/nn';
import { neg, sigmoid, type Tensor } from '@tensorflow/tfjs-core';
import type { SequenceNet } from '../sequence-net.js';
import { gatedScan } from './gated-scan.js';

/** The columns of `input.weight`, (inputs, 2 · width), and of its bias are those of the update gate and the candidate. */
export type MinGruParams = { readonly input: DenseParams };

/** `hidden`: (batch, width), positive. */
export type MinGruState = { readonly hidden: Tensor };

/**
 * A minimal gated recurrent unit: (batch, time, inputs) → (batch, time, width), all steps of a run at once.
 *
 * Its gate sees only the input: hₜ = (1 − zₜ) ⊙ hₜ₋₁ + zₜ ⊙ g(candidateₜ), zₜ = σ(gateₜ), where g(x) = x + ½ for x ≥ 0 and σ(x) below 0
 * keeps states positive. It is the function of the paper's log-space version, computed without logarithms; the state starts, as there,
 * at g(0) = ½.
 *
 * @example
 * const net = minGru(65, 256);
 * const params = net.init(key(0));
 * const { output, state } = net.run(params, x, net.start(params, 32)); // (32, time, 65) → (32, time, 256)
 * const next = net.step(params, frame, state); // (32, 65) → (32, 256)
 * @throws GenaiError if a size is not an integer of at least 1; when run, if the input or the state has another shape.
 * @source Feng et al. 2024, "Were RNNs all we needed?", section 3.1 and appendix B.
 */
export function minGru(inputs: number, width: number): SequenceNet<MinGruParams, MinGruState> {
  const name = `minGru(${inputs}, ${width})`;
  return gatedScan({ name, inputs, width, gates: 1, keep: ([update]) => sigmoid(neg(update!)) }); // 1 − σ(update)
}
