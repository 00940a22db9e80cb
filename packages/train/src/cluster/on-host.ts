import { isFusedHere, runFused } from '@genai/tensor';
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';

/** Fills `into` from the numbers of tensors; both are lent for the call. It makes no tensors. */
export type HostFunction = (into: Float32Array, from: readonly Float32Array[]) => void;

/**
 * A new tensor (length) that the host fills from the numbers of others, float32 of any shape.
 *
 * In a step that an engine replays, each replay calls `f` again, on the engine's own memory: give the same function in
 * every step, not a new one.
 */
export function onHost(f: HostFunction, inputs: readonly Tensor[], length: number): Tensor {
  if (isFusedHere('GenaiOnHost', ...inputs)) return runFused('GenaiOnHost', inputs, { f, length })[0]!; // (length)
  const into = new Float32Array(length);
  f(
    into,
    inputs.map((input) => input.dataSync() as Float32Array),
  );
  return tensor1d(into); // (length)
}
