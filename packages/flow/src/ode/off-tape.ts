import { engine } from '@tensorflow/tfjs-core';

/**
 * Runs `f` as if no gradient were being recorded: nothing that it computes stays in memory for the way back. Gradients taken within
 * `f` are recorded apart.
 */
export function offTape<R>(f: () => R): R {
  const { state } = engine();
  const { gradientDepth, kernelDepth, activeTape } = state;
  Object.assign(state, { gradientDepth: 0, kernelDepth: 0, activeTape: [] });
  try {
    return f();
  } finally {
    Object.assign(state, { gradientDepth, kernelDepth, activeTape });
  }
}
