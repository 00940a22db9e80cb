import type { CannotCaptureError } from './cannot-capture-error.js';
import type { Key } from './key.js';
import type { TensorLike } from './tensor-like.js';
import type { Tree } from './tree.js';

/** Where the backend object of an engine that can record and replay keeps its {@link CanCapture} function. */
export const CAPTURE: unique symbol = /* @__PURE__ */ Symbol.for('genai.capture') as never;

/** An engine that can run a pure function of tensors once, and from then on replay what was computed. */
export interface CanCapture {
  /**
   * The same function, recorded on its first runs and replayed afterwards: the same numbers, without the work of
   * finding out again what to compute. Inputs of other shapes are recorded anew.
   */
  readonly [CAPTURE]: <I extends Tree<TensorLike>, R extends Tree<TensorLike>>(
    f: (inputs: I, key: Key) => R,
  ) => Captured<I, R>;
}

/** A function that its engine records and replays. */
export interface Captured<I, R> {
  /** As the function itself, whichever way it is computed. The results are the caller's. */
  readonly run: (inputs: I, key: Key) => R;
  /** True if the last run was a replay, false if it was not (yet), or why such runs cannot be. */
  readonly captured: boolean | CannotCaptureError;
  /** Frees what replays need. A later run records anew. */
  readonly dispose: () => void;
}
