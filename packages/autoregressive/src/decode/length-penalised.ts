/**
 * log p / length^penalty: what sequences of unequal length are compared by. `length` counts the end token; a log-probability of
 * nothing stays as it is.
 */
export function lengthPenalised(logProb: number, length: number, penalty: number): number {
  return logProb / Math.max(length, 1) ** penalty;
}
