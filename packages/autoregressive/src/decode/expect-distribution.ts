import { GenaiError } from '@genai/core';
import { logTotal } from './probabilities.js';

/** log Σ exp(logits). @throws GenaiError unless it is finite: the logits of token `position` are no distribution. */
export function expectDistribution(where: string, position: number, logits: Float32Array): number {
  const total = logTotal(logits);
  if (Number.isFinite(total)) return total;
  throw new GenaiError(
    `${where}: the model gave no distribution of token ${position}: its logits hold NaN or Infinity, or only -Infinity. ` +
      'Look for NaN among the parameters.',
  );
}
