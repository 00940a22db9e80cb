import { BestCandidates } from './best-candidates.js';
import { logTotal } from './probabilities.js';

/** A token and its log-probability, in nats. */
export type TokenLogProb = { readonly token: number; readonly logProb: number };

/** The `count` likeliest tokens by logits, (vocabulary), the likeliest first; of equal ones the lower. */
export function topLogProbs(logits: Float32Array, count: number): readonly TokenLogProb[] {
  const total = logTotal(logits);
  const best = new BestCandidates(Math.min(count, logits.length));
  for (let token = 0; token < logits.length; token++) best.offer(logits[token]!, logits[token]! - total, 0, token);
  return Array.from({ length: best.size }, (_, i) => ({ token: best.token(i), logProb: best.logProb(i) }));
}
