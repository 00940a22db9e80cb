import { engine, type Tensor } from '@tensorflow/tfjs-core';

/**
 * Puts the tape of TensorFlow.js right, in place; call it at the end of a forward pass. Doing it twice is harmless.
 *
 * Two faults of TensorFlow.js 4.22 are mended:
 * - A kernel that keeps its output for its gradient (tanh, sigmoid, exp, softmax, max, …) writes the kept copy to the
 *   tape before the output itself. Read in order, the copy then depends on nothing, and a second derivative silently
 *   lacks that part. Such copies are moved behind what they copy.
 * - Comparisons, casts to integers and their like have no gradient, or one of the wrong dtype, and the backward pass
 *   throws where it meets one, as in `where(greater(x, 0), …)`. Their derivative is zero wherever there is one, so
 *   they are cut off from their inputs.
 */
export function mendTape(): void {
  const tape = engine().state.activeTape;
  for (let i = 0; i < tape.length; i++) {
    const node = tape[i]!;
    if (node.outputs.every(isDiscrete)) node.inputs = {};
    // The copies a kernel keeps stand right before it on the tape.
    let at = i;
    for (let j = i - (node.saved?.length ?? 0); j < at; j++) {
      const copied = tape[j]?.inputs.x;
      if (!copied || !node.outputs.includes(copied)) continue;
      tape.splice(at, 0, ...tape.splice(j, 1));
      at--;
      j--;
    }
  }
}

function isDiscrete(output: Tensor): boolean {
  return output.dtype === 'bool' || output.dtype === 'int32';
}
