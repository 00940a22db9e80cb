import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { SimdBackend } from './simd-backend.js';

/** What a kernel is given. */
export type SimdCall = {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly attrs: Readonly<Record<string, unknown>>;
  readonly backend: SimdBackend;
};

/** A kernel of ours, standing in front of the one borrowed from the cpu engine. */
export type SimdKernel = {
  /** The name that TensorFlow.js gives it, or one of ours (`Genai…`). */
  readonly name: string;
  /** Its value, or undefined for a case that it leaves to the borrowed kernel (a dtype, say). */
  readonly run: (call: SimdCall) => TensorInfo | TensorInfo[] | undefined;
};
