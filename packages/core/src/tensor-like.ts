/** The least we ask of a tensor, so that the contracts need no engine. Tensors of TensorFlow.js fit. */
export interface TensorLike {
  readonly shape: readonly number[];
  dispose(): void;
}
