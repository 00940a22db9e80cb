import { logSumExp, stopGradient } from '@genai/tensor';
import { greater, sub, type Tensor, where } from '@tensorflow/tfjs-core';

/** log softmax over the last axis, normalised by our own logSumExp: one node on the tape, −∞ allowed. */
export function logWeights(logits: Tensor): Tensor {
  return sub(logits, logSumExp(logits, -1, true));
}

/** −∞ as a finite number, for sums of p log p: 0 · −∞ is no number. */
export function finiteLog(logP: Tensor): Tensor {
  return where(greater(stopGradient(logP), LOWEST), logP, LOWEST);
}

const LOWEST = -1e30;
